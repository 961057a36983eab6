"""What people say: contributions, their privacy and review, proposals, accounts."""
