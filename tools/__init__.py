"""What an author of the course runs."""
