"""The namespaces that the operators are installed into. Decides nothing."""

from collections.abc import Mapping

# https://docs.redhat.com/en/documentation/red_hat_openshift_serverless (both documents name their namespace)
HOMES: Mapping[str, str] = {"serverless": "openshift-serverless", "logic": "openshift-serverless-logic"}
