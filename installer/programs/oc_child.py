"""Answers one question about oc through openshift-client; run by oc.py as a process of its own, never imported.

Asks nothing but what its arguments say. openshift-client starts oc itself, without bounds of ours: as our child, with
its oc in the same session, both are ended together. Arguments: path of oc, question, then options for oc.
"""

import sys

import openshift_client as oc  # type: ignore[import-untyped]


def answer(path: str, question: str, options: list[str]) -> str:
    """Options go as arguments of the command: openshift-client writes its own in lower case."""
    with oc.client_path(path):
        match question:
            case "whoami":
                return str(oc.whoami(cmd_args=options))
            case "version":
                # Not its get_client_version(), which asks the server too.
                return str(oc.invoke("version", ["--client", "-o", "json", *options]).out())
            case "inspect":
                return str(oc.invoke("adm", ["inspect", *options]).out())
            case _:
                raise ValueError(question)


if __name__ == "__main__":
    try:
        sys.stdout.write(answer(sys.argv[1], sys.argv[2], sys.argv[3:]))
    except oc.OpenShiftPythonException as error:
        # Its own text is JSON with a stack; the error that oc wrote is in it.
        sys.stderr.write((error.result and error.result.err()) or str(error.msg))
        sys.exit(1)
