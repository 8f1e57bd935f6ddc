"""WHAT WAS KNOWN AT A MOMENT: from log, stages and live predictions to the arrays that KPIs are taken from."""
