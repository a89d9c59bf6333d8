"""Hides secrets in everything that is shown: texts, plain data, messages. What is masked is never written to a file."""

from installer.yamltext.redaction.masking import mask_characters, mask_message, mask_value

__all__ = ["mask_characters", "mask_message", "mask_value"]
