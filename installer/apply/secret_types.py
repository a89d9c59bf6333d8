"""The types of the Secrets that a journal is kept in, for those who list others. Reads none."""

from installer.model.run import MANAGER

HEAD_TYPE, PART_TYPE = f"{MANAGER}/run", f"{MANAGER}/part"
# The field selector of all other Secrets, the heads among them.
NO_BYTES = f"type!={PART_TYPE}"
