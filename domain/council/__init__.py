"""The scientific council: pure rules of its meetings, interests, evaluations, and counts without one of its members."""
