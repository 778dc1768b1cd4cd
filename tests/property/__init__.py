"""Property tests: random histories against a model that is too simple to be wrong."""
