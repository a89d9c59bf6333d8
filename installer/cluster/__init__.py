"""The Kubernetes API: connecting, reading, watching, and writes with a precondition. Knows nothing of RHDH.

The only room that may import `kubernetes`: for the login programs and providers of a kubeconfig, and only where one
has such, since that costs half a second. Python's own HTTP client carries the rest.
"""
