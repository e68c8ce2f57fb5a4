"""What may be committed: never past a record whose question is open."""

from aiokafka.structs import TopicPartition

from streams.importer_verifier.progress import Progress

ONE = TopicPartition("manifests.kx", 0)
OTHER = TopicPartition("manifests.kx", 1)


def test_records_without_questions_are_done_at_once() -> None:
    progress = Progress()
    for offset in (5, 6, 9):
        progress.take(ONE, offset)
    assert progress.commits() == {ONE: 10}
    assert progress.commits() == {}


def test_an_open_question_keeps_its_record_and_all_behind_it() -> None:
    progress = Progress()
    progress.take(ONE, 5)
    waiting = progress.take(ONE, 6)
    waiting.left = 2
    progress.take(ONE, 7)
    progress.take(OTHER, 1)
    assert progress.commits() == {ONE: 6, OTHER: 2}
    waiting.left -= 1
    assert progress.commits() == {}
    waiting.left -= 1
    assert progress.commits() == {ONE: 8}


def test_what_went_to_another_is_not_committed() -> None:
    progress = Progress()
    progress.take(ONE, 5)
    waiting = progress.take(OTHER, 1)
    waiting.left = 1
    progress.forget([ONE, OTHER])
    assert progress.commits() == {}
    assert waiting.gone
