"""Which RHDH is this, who owns it, and of which layers its configuration consists.

Looks at manifests that others have read: opens no file, knows no network, changes nothing.
"""
