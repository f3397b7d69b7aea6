"""Answering online: the form as the API describes it, a receipt for each, a draft where answers will not do."""

from collections import Counter
from typing import Any

from server.demo.cast import Person
from server.demo.faults import Unforeseen
from server.demo.forms import FAULTY, RECONSIDERED, TABLE, TABLE_NAME, Answers, answers, completed
from server.demo.story import Answer, Story, in_place
from server.demo.voices import (
    DESIGNATED,
    FOLLOWED,
    HEARD,
    INVITED,
    LATE,
    MENDED,
    POSTED_IN_TIME,
    REVISED,
    WITHDRAWN,
)

DURING_THE_KILL = "informatique"
"""Sends while the worker is dead: a contribution needs neither worker nor Temporal."""
CLOSED = ("STAGE_NOT_OPEN",)
"""What a slow machine may bring about: the story then goes on without this one."""
NOT_YET = frozenset({LATE, POSTED_IN_TIME, DURING_THE_KILL, HEARD})
"""Those who answer in a later scene."""

_KINDS = {
    "SHORT_TEXT": "texte court",
    "LONG_TEXT": "texte libre",
    "YES_NO": "oui ou non",
    "SINGLE_CHOICE": "choix unique",
    "MULTIPLE_CHOICE": "choix multiple",
    "SCALE": "échelle",
    "NUMBER": "nombre",
    "DATE": "date",
    "RANKING": "classement",
    "FILE": "fichier",
    "CRITERION": "critère",
}


async def take_contributions(story: Story) -> None:
    """Open by itself; whoever is online reads the form and answers it."""
    seen = await story.until("ouverture de l’appel", lambda now: now.has_reached("appel", "OPEN"))
    stage = seen.stage("appel")
    await _read_form(story, stage.id)
    await story.all_of(
        "SubmitContribution",
        lambda sent: f"Questionnaires remplis en ligne : {sum(answer.done for answer in sent)} récépissés.",
        (
            contribute(story, person, stage.round, quiet=True)
            for person in story.cast.participants
            if person.admitted and person.key not in NOT_YET | {INVITED, MENDED}
            if person.voice and person.voice.channel == "ONLINE"
        ),
    )
    if story.cast[INVITED].admitted:
        await contribute(
            story,
            story.cast[INVITED],
            stage.round,
            say="répond au nom de son organisme, grâce au code de la lettre.",
        )
    await mend(story, story.cast[MENDED], stage.round)
    await _revise(story, story.cast[REVISED], stage.round)
    await _withdraw(story, story.cast[WITHDRAWN], stage.round)
    await _repeat(story, story.cast["citoyen-lyon"], stage.round)


async def _read_form(story: Story, stage: str) -> None:
    """Read the questionnaire as any client does that builds a form, without a token."""
    form = (await story.ask("Questionnaire", stageId=stage))["node"]["questionnaire"]
    questions = [question for section in form["sections"] for question in section["questions"]]
    kinds = Counter(_KINDS[question["kind"]] for question in questions)
    conditional = sum(question["condition"] is not None for question in questions)
    story.ids["formulaire"] = form["pdfPath"]
    story.ids |= {f"question/{question['key']}": str(question["number"]) for question in questions}
    story.screen.line(
        "read",
        "",
        f"Questionnaire « {form['label']} », version {form['version']} ({form['code']}) : "
        f"{len(form['sections'])} parties, {len(questions)} questions, dont {conditional} sous condition. "
        f"{'. '.join(f'{kind.capitalize()} : {count}' for kind, count in kinds.items())}.",
        "Questionnaire",
    )


async def contribute(
    story: Story, person: Person, round_: int, *, quiet: bool = False, say: str = "répond au questionnaire."
) -> Answer:
    """Send somebody's answers, from their own account; their file goes first."""
    assert person.voice is not None
    said = answers(person.voice)
    if person.key == DESIGNATED and (file := await _send_table(story, person)):
        said["piece"] = [file]
    answer = await story.do(
        person,
        "SubmitContribution",
        say,
        f"contribution/{round_}/{person.key}",
        quiet=quiet,
        tolerate=CLOSED,
        **in_place("appel", round_),
        answers=said,
        themes=list(person.voice.themes),
    )
    story.keep(answer, person, round_)
    return answer


async def _send_table(story: Story, person: Person) -> str | None:
    """Announce a file, and send it to the address of the ticket; give the key that the answer names it by."""
    ticket = await story.do(
        person,
        "RequestUpload",
        f"annonce un fichier ({TABLE_NAME}).",
        f"fichier/{person.key}",
        tolerate=CLOSED,
        stage="appel",
        name=TABLE_NAME,
        size=len(TABLE),
    )
    if not ticket.done:
        return None
    await story.client.send(ticket.data["url"], TABLE, story.tell_silence)
    story.screen.line(
        "done", person.label, f"l’envoie à l’adresse du billet : {len(TABLE)} octets.", "PUT /files"
    )
    key: str = ticket.data["fileKey"]
    return key


async def mend(story: Story, person: Person, round_: int) -> None:
    """Send answers that will not do: every problem comes at once, and the draft that was kept is mended."""
    assert person.voice is not None
    right = answers(person.voice)
    refused = await story.do(
        person,
        "SubmitContribution",
        "répond trop vite.",
        f"contribution/{round_}/{person.key}/fautive",
        refused="ANSWERS_INVALID",
        tolerate=CLOSED,
        **in_place("appel", round_),
        answers={**right, **FAULTY},
        themes=list(person.voice.themes),
    )
    for problem in refused.data.get("problems", ()):
        story.screen.line(
            "refused",
            "",
            f"Question {story.ids.get('question/' + problem['questionId'], '?')} : {problem['message']}",
        )
    if refused.code in CLOSED:
        return
    draft = (await story.ask("Draft", person, concertationId=story.concertation, stage="appel"))["viewer"][
        "draft"
    ]
    kept: Answers = draft["answers"]
    story.screen.line("read", person.label, f"retrouve son brouillon : {len(kept)} réponses.", "Draft")
    answer = await story.do(
        person,
        "SubmitContribution",
        f"corrige {len(FAULTY)} réponses sur {len(kept)}, et envoie.",
        f"contribution/{round_}/{person.key}",
        tolerate=CLOSED,
        **in_place("appel", round_),
        answers={key: right[key] if key in FAULTY else said for key, said in kept.items() if key in right},
        themes=[theme["key"] for theme in draft["themes"]],
    )
    story.keep(answer, person, round_)


async def _revise(story: Story, person: Person, round_: int) -> None:
    """Send a second version: it counts, and the first one keeps its receipt."""
    first = story.ids.get(f"contribution/{round_}/{person.key}")
    if person.voice is None or first is None:
        return
    answer = await story.do(
        person,
        "ReviseContribution",
        "envoie une seconde version : elle seule compte, la première garde son récépissé.",
        f"revision/{round_}/{person.key}",
        tolerate=CLOSED,
        **in_place("appel", round_),
        contributionId=first,
        answers={**answers(person.voice), "proposition": RECONSIDERED},
        themes=list(person.voice.themes),
    )
    story.keep(answer, person, round_)


async def _withdraw(story: Story, person: Person, round_: int) -> None:
    """Withdraw a contribution: it counts no more, and stays in the set that will be sealed."""
    sent = story.ids.get(f"contribution/{round_}/{person.key}")
    if sent is None:
        return
    done = await story.do(
        person,
        "WithdrawContribution",
        "retire sa contribution : elle n’est plus comptée, son récépissé reste vérifiable.",
        f"retrait/{round_}/{person.key}",
        tolerate=CLOSED,
        contributionId=sent,
    )
    if done.done:
        del story.ids[f"contribution/{round_}/{person.key}"]


async def _repeat(story: Story, person: Person, round_: int) -> None:
    """Send a contribution again: same key, same receipt; same key, other answers: refused."""
    receipt = story.ids.get(f"recepisse/{round_}/{person.key}")
    if person.voice is None or receipt is None:
        return
    key = f"contribution/{round_}/{person.key}"
    said: dict[str, Any] = {**in_place("appel", round_), "themes": list(person.voice.themes)}
    again = await story.command(person, "SubmitContribution", key, **said, answers=answers(person.voice))
    if not again.done or again.data["receipt"]["code"] != receipt:
        raise Unforeseen("La même clé n’a pas donné le même récépissé.")
    story.screen.line(
        "done",
        person.label,
        f"renvoie sa demande, même clé : même récépissé {receipt}.",
        "SubmitContribution",
    )
    otherwise = {**answers(person.voice), "alternative": 1}
    other = await story.command(person, "SubmitContribution", key, **said, answers=otherwise)
    if other.code != "IDEMPOTENCY_KEY_REUSED":
        raise Unforeseen(f"SubmitContribution: {other.type} {other.code or ''}")
    story.screen.line(
        "refused",
        person.label,
        f"même clé, autres réponses. Refusé : « {other.message} »",
        "SubmitContribution",
    )


async def answer_twice(story: Story, round_: int) -> None:
    """Answer online, too, after a form on paper: one person is counted once, by whichever channel."""
    person = story.cast[FOLLOWED]
    assert person.voice is not None
    if f"contribution/{round_}/{person.key}" in story.ids:
        await story.do(
            person,
            "SubmitContribution",
            "veut répondre aussi en ligne.",
            "contribution/double",
            refused="ALREADY_CONTRIBUTED",
            tolerate=CLOSED,
            **in_place("appel", round_),
            answers=answers(person.voice),
        )


async def complete(story: Story, person: Person, round_: int) -> Answer:
    """Add to what somebody said in the first round. That counts in this one, too: it becomes a new version."""
    assert person.voice is not None
    said: dict[str, Any] = {**in_place("appel", round_), "themes": list(person.voice.themes)}
    answer = await story.command(
        person,
        "SubmitContribution",
        f"contribution/{round_}/{person.key}",
        **said,
        answers=completed(person.voice, answers(person.voice)),
    )
    if answer.code == "ALREADY_CONTRIBUTED":
        carried = answer.data["receiptCode"]
        story.receipts[carried] = person
        known = (await story.ask("Receipt", code=carried))["receipt"]["contribution"]["id"]
        before = (await story.ask("Versions", person, id=known))["node"]["answers"]
        answer = await story.do(
            person,
            "ReviseContribution",
            f"complète : « {person.voice.adds} »",
            f"complement/{round_}/{person.key}",
            quiet=True,
            tolerate=CLOSED,
            **said,
            contributionId=known,
            answers=completed(person.voice, before),
        )
    elif not answer.done and answer.code not in CLOSED:
        raise Unforeseen(f"SubmitContribution: {answer.type} {answer.code or ''} {answer.message}")
    story.keep(answer, person, round_)
    return answer
