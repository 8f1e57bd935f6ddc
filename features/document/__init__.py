"""A TOML file that somebody wrote: on which line its keys stand, how its parts are reached, what is wrong and where."""
