"""What is measured of the translation: BLEU, chrF, and the course's own sentence."""

import torch
from sacrebleu.metrics import BLEU, CHRF
from transformers import MarianMTModel, MarianTokenizer

from training import folder, translation

FRENCH = "Ce cours est produit par Hugging Face."


def translated(place, source, development):
    tokenizer, model = (
        MarianTokenizer.from_pretrained(place),
        MarianMTModel.from_pretrained(place, dtype=torch.float32).eval(),
    )
    if development:
        sets = {"development pairs of Tatoeba": translation.pairs(source)[0][:400]}
    else:
        sets = {
            name: [(r["fr"], r["en"]) for r in folder.rows(source, f"heldout/fren/{name}")]
            for name in ("tatoeba_1500", "ntrex_newstest2019")
        }
    for name, pairs in sets.items():
        with torch.inference_mode():
            given = translation.translate([french for french, _ in pairs], tokenizer, model)
        for metric in (BLEU(), CHRF()):
            score = metric.corpus_score(given, [[english for _, english in pairs]], n_bootstrap=500)
            yield (
                f"{name}: {metric.corpus_score(given, [[e for _, e in pairs]]).name}",
                (f"{score.score:.1f} ± {score._ci / 1.96:.1f} (n = {len(pairs):,})"),
            )
    with torch.inference_mode():
        yield FRENCH, translation.translate([FRENCH], tokenizer, model)[0]
