"""The editor's desk: who may do what, how a draft becomes what goes out. Knows neither telegram nor SQL."""
