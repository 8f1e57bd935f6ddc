"""WHO WORKS WITH THE PAGE: people with a name, a role and a password, and the sessions they open by signing in."""
