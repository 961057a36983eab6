"""Use cases of what people say: contributions, review, proposals, accounts, backup."""
