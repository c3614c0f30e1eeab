"""What happens around each request."""
