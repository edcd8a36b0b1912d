#!/usr/bin/python3
"""Writes sacrebleu.json: what sacreBLEU 2.6.0 gives for lines, references and options.

Run with a Python that has sacrebleu (github.com/mjpost/sacrebleu, tag v2.6.0; PYTHONPATH may name a checkout).
"""
import json
import logging
import random
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

logging.disable(logging.WARNING)
draw = random.Random(1)

readme = (
    ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
    [
        ["The dog bit the man.", "It was not unexpected.", "The man bit him first."],
        ["The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."],
    ],
)

sentences = [
    "Die Katze sa\u00df auf der Matte, und sie schlief.",
    "\u00bfD\u00f3nde est\u00e1 la biblioteca? \u00a1No lo s\u00e9!",
    "He paid $3,141.59 (in 1999-2001) - 50% of all; \"really\", he said.",
    "l'\u00e9t\u00e9 c'est d\u00e9j\u00e0 l\u00e0\u2026 n'est-ce pas\u00a0?",
    "a.b,c 1.2,3 4- -5 6-7 x-y ,. 8. ,9",
    "&quot;Tom &amp; Jerry&quot; &lt;skipped&gt; <skipped> end-\nof line\nnext",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3001\u304f\u3089\u3079\u308b\u3002",
    "emoji \U0001f600\U0001f680 and \U0001d54f math \u2260 \u00b1 5 \u20ac",
    "tabs\tand\u2003wide\u3000blanks\x1cand\x85others \ufeff here ",
    "\u0130STANBUL \u03a3\u0391\u03a3 Stra\u00dfe \u01c5 MiXeD CaSe",
    "in the beginning God created the heaven and the earth and the earth was without form",
    "in the beginning the earth was without form and God created the heaven and the earth",
    "one two three four",
    "one two three",
    "one",
    "(hi) [there] {you} `quoted' a_b ~ ^ | \\ / @ # * + = <>",
    "",
]


def changed(text):
    words = text.split(" ")
    for _ in range(1 + len(words) // 6):
        at = draw.randrange(len(words))
        kind = draw.randrange(3)
        if kind == 0:
            words[at] = draw.choice(["the", "und", "\u00e9l", words[-1]])
        elif kind == 1:
            words.insert(at, words[draw.randrange(len(words))])
        elif len(words) > 1:
            del words[at]
    return " ".join(words)


def corpus(size, references):
    lines = [draw.choice(sentences) for _ in range(size)]
    return [changed(line) for line in lines], [
        [line if draw.random() < 0.2 else changed(line) for line in lines] for _ in range(references)
    ]


corpora = [readme, ([""] * 3, readme[1])]
corpora += [corpus(size, references) for size, references in [(1, 1), (1, 3), (2, 1), (3, 2), (5, 1), (12, 1), (12, 3)]]
corpora += [([changed(each)], [[each]]) for each in sentences]
# A precision of 6.25, which Python rounds to 6.2.
corpora += [(["a b c d e f g h i j k l m n o p"], [["a x b"]])]
# References that are not there for all lines.
corpora += [(readme[0], [readme[1][0], [None, "No one was surprised.", None]])]

bleus = [
    {},
    {"tokenize": "intl"},
    {"tokenize": "char"},
    {"tokenize": "none"},
    {"lowercase": True},
    {"smooth_method": "none"},
    {"smooth_method": "floor"},
    {"smooth_method": "floor", "smooth_value": 0.01},
    {"smooth_method": "add-k"},
    {"smooth_method": "add-k", "smooth_value": 0.5},
    {"effective_order": True},
    {"max_ngram_order": 1},
    {"max_ngram_order": 2, "smooth_method": "none"},
    {"max_ngram_order": 6},
]
chrfs = [
    {},
    {"word_order": 2},
    {"word_order": 1, "char_order": 3, "beta": 1},
    {"beta": 3, "eps_smoothing": True},
    {"whitespace": True},
    {"lowercase": True, "word_order": 2, "eps_smoothing": True},
]


def bleu(lines, references, options):
    metric = BLEU(force=True, **options)
    score = metric.corpus_score(lines, references)
    signature = metric.get_signature().format()
    text = score.format(signature=signature)
    return {
        "options": options,
        "score": score.score,
        "precisions": score.precisions,
        "penalty": score.bp,
        "lengths": [score.sys_len, score.ref_len],
        "text": text,
    }


def chrf(lines, references, options):
    metric = CHRF(**options)
    score = metric.corpus_score(lines, references)
    return {
        "options": options,
        "score": score.score,
        "name": score.name,
        "signature": metric.get_signature().format(),
    }


def case(lines, references):
    # All options for some, one by turns for the others.
    every = len(lines) > 2 or len(references) > 1
    some = lambda options: options if every else [options[0], draw.choice(options), draw.choice(options)]
    return {
        "lines": lines,
        "references": [[each for each in of if each is not None] for of in zip(*references)],
        "bleu": [bleu(lines, references, options) for options in some(bleus)],
        "chrf": [chrf(lines, references, options) for options in some(chrfs)],
    }


cases = [case(*each) for each in corpora]
(Path(__file__).parent / "sacrebleu.json").write_text(json.dumps(cases, ensure_ascii=True) + "\n")
