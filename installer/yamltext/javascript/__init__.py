"""YAML as the npm package `yaml` 2.x reads it, stage by stage: lexer, parser, composition, values.

Its order of work is that package's (ISC licence, © Eemeli Aro; see licence.txt), because what is an error to it, and
with which words, depends on that order. Does not know what the values mean.
"""

from installer.yamltext.javascript.document import JavaScriptDocument, JavaScriptYamlError, load

__all__ = ["JavaScriptDocument", "JavaScriptYamlError", "load"]
