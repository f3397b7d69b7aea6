"""The scientific council: its meetings, and what it concludes."""

from __future__ import annotations

from api.enumerations.publishing import publish
from domain.acts import Attendance, Conclusion
from domain.process import MeetingState

__all__ = ["Conclusion", "MeetingAttendance", "MeetingState"]

publish(
    MeetingState,
    "MeetingState",
    "Where a meeting of the council stands.",
    {
        MeetingState.CONVENED: "It is convened.",
        MeetingState.HELD: "It was held; its minutes are awaited.",
        MeetingState.CANCELLED: "It was cancelled, with a reason.",
        MeetingState.RECORDED: "It was held, and its minutes were handed in.",
    },
)
MeetingAttendance = Attendance
publish(
    Attendance,
    "MeetingAttendance",
    "How a seat of the council took part in a meeting.",
    {
        Attendance.PRESENT: "In the room.",
        Attendance.REMOTE: "From elsewhere; it counts in the quorum.",
        Attendance.REPRESENTED: "By another seat, which holds its mandate: one each at most.",
        Attendance.ABSENT: "Not at all.",
    },
)
publish(
    Conclusion,
    "OpinionConclusion",
    "What an opinion, or a position before it, concludes.",
    {
        Conclusion.FAVOURABLE: "Favourable.",
        Conclusion.FAVOURABLE_WITH_RESERVATIONS: "Favourable, with reservations to be lifted.",
        Conclusion.UNFAVOURABLE: "Unfavourable.",
        Conclusion.REFER_BACK: "The work goes back for another round.",
    },
)
