"""From arrays of rows to numbers, compiled: what was visible when, views of it, measures of views, formulas of measures."""
