from __future__ import annotations

from serving.background.news import News


def test_whoever_had_news_first_is_taken_first_and_once():
    news = News()

    news.note(["b", "a"], before="x", after="y")
    news.note(["a", "c"], before="y", after="z")

    assert (news.take(2), news.take(9), news.take(9)) == (["b", "a"], ["c"], [])


def test_who_could_not_be_taken_up_goes_before_the_others():
    news = News()
    news.note(["a", "b"], before="x", after="y")

    news.put_back(news.take(1))

    assert news.take(9) == ["a", "b"]


def test_news_speak_for_a_log_only_if_nobody_else_wrote_it():
    news = News()
    assert not news.speaks_for("x")

    news.catch_up("x", ["a"])
    news.note(["b"], before="x", after="y")
    assert news.speaks_for("y")

    news.note(["c"], before="imported meanwhile", after="z")
    assert not news.speaks_for("z")
    assert len(news) == 3
