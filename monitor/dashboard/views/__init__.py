"""Views: functions of a snapshot, a size and a flash phase. They return lines of exactly the width asked for."""
