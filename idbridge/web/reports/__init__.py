"""The one report, told to people: words in four languages and the shapes they are put into. Pure: a report and a voice in."""
