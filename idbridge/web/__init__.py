"""Flask blueprints, templates and translations; thin."""
