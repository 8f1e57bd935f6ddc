"""What a language model may ask of the service: a few tools, each a call of the HTTP API with the rights of one key."""
