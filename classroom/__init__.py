"""For a teacher: the offline kit, the shared server, grading."""
