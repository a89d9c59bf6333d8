"""The only room that starts a child: helm, oc, credential helpers. Decides nothing about what they say."""
