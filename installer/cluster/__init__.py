"""The Kubernetes API: connecting, reading, watching, and writes with a precondition. Knows nothing of RHDH.

The only room that may import `kubernetes`, and only inside functions, since that costs a third of a second.
"""
