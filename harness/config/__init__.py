"""What a user declares, validated into typed, serialisable values before anything starts."""
