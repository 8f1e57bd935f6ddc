"""Every measured figure of this project comes from a command here."""
