"""How are the reasons for an offer said to an agent: one sentence a code, in English, Brazilian Portuguese and Polish."""

from __future__ import annotations

from collections.abc import Mapping

from models.explanation.codes import Language, Texts

TEXTS: Mapping[str, Texts] = {
    "drawn_by_lot": {
        "en": "Drawn by lot from all that fits, so that it is learned what works",
        "pt-BR": "Sorteada entre tudo o que se aplica, para aprender o que funciona",
        "pl": "Wylosowana spośród wszystkich pasujących, aby uczyć się, co działa",
    },
    "fits_now": {
        "en": "Fits now: {part} ({found})",
        "pt-BR": "Aplica-se agora: {part} ({found})",
        "pl": "Pasuje teraz: {part} ({found})",
    },
    "measured_effect": {
        "en": "Measured: changes the margin usually made in {days} days, {usual} {currency}, by {effect}%",
        "pt-BR": "Medido: altera a margem habitual de {days} dias, {usual} {currency}, em {effect}%",
        "pl": "Zmierzone: zmienia zwykłą marżę z {days} dni, {usual} {currency}, o {effect}%",
    },
    "channel_share": {
        "en": "On this channel it is accepted {share}% as often as on the customer's best one, and counts so much",
        "pt-BR": "Neste canal é aceita {share}% do que é no melhor canal do cliente, e conta nessa proporção",
        "pl": "W tym kanale jest przyjmowana w {share}% tak często jak w najlepszym kanale klienta i tyle się liczy",
    },
    "assumed_effect": {
        "en": "Assumed: {acceptance}% accept, and {incrementality}% of those only because of the offer",
        "pt-BR": "Suposto: {acceptance}% aceitam, e {incrementality}% destes só por causa da oferta",
        "pl": "Założone: {acceptance}% przyjmuje, z czego {incrementality}% tylko dzięki ofercie",
    },
    "margin_at_risk": {
        "en": "At risk: a margin of {margin} {currency}, at a chance to leave of {churn}%",
        "pt-BR": "Em risco: uma margem de {margin} {currency}, com {churn}% de chance de saída",
        "pl": "Zagrożona marża {margin} {currency}, szansa odejścia {churn}%",
    },
    "occasion": {
        "en": "Counts {weight} times on the occasion {context}",
        "pt-BR": "Vale {weight} vezes na ocasião {context}",
        "pl": "Liczy się {weight} razy przy okazji {context}",
    },
    "lever": {
        "en": "The business changes its priority by {percent}%",
        "pt-BR": "A empresa altera sua prioridade em {percent}%",
        "pl": "Firma zmienia jej priorytet o {percent}%",
    },
    "few_answers": {
        "en": "Few answers so far: the chance to accept lies between {low}% and {high}%",
        "pt-BR": "Poucas respostas até agora: a chance de aceitar fica entre {low}% e {high}%",
        "pl": "Na razie mało odpowiedzi: szansa przyjęcia mieści się między {low}% a {high}%",
    },
    "no_answers": {
        "en": "No answers so far: the chance to accept is taken to be {acceptance}%",
        "pt-BR": "Nenhuma resposta até agora: a chance de aceitar é suposta em {acceptance}%",
        "pl": "Na razie brak odpowiedzi: szansę przyjęcia przyjęto na {acceptance}%",
    },
    "brings": {
        "en": "Expected to bring {priority} {currency} more than no offer, after a cost of {cost} {currency}",
        "pt-BR": "Deve trazer {priority} {currency} a mais do que nenhuma oferta, após um custo de {cost} {currency}",
        "pl": "Powinna przynieść o {priority} {currency} więcej niż brak oferty, po koszcie {cost} {currency}",
    },
    "costs": {
        "en": "Expected to bring {priority} {currency} beside no offer, at a cost of {cost} {currency}",
        "pt-BR": "Resultado esperado de {priority} {currency} em relação a nenhuma oferta, com um custo de {cost} {currency}",
        "pl": "Oczekiwany wynik {priority} {currency} wobec braku oferty, przy koszcie {cost} {currency}",
    },
}


def said(code: str, language: Language, values: Mapping[str, float | str | None]) -> str:
    """Return the sentence of a code; its numbers with as many figures as count, the decimal comma where it is usual.

    >>> said("lever", "pl", {"percent": -12.5})
    'Firma zmienia jej priorytet o -12,5%'
    """
    return TEXTS[code][language].format(**{name: _worded(value, language) for name, value in values.items()})


def _worded(value: float | str | None, language: Language) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    number = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"
    return number if language == "en" else number.replace(".", ",")
