"""YAML as text that somebody wrote: bounded reading with places, embeddings, byte-preserving edits.

Does not know what the text means: no Kubernetes, no RHDH, no Backstage in here.
"""
