"""For a teacher: a class in containers, the offline kit, grading."""
