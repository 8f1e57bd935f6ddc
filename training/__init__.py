"""FROM LOG TO PROMOTED BUNDLE: the only room that looks ahead (labels), and the only one that knows MLflow."""
