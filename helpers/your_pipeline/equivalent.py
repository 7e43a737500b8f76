"""Changes of the official solutions of notebook 09 that leave them right, with the reason."""

NUMBER = "a tensor, or its shape, is taken where a number or a list is"
DIM = "these dims are one"
ONE_ROW = "one row: the first is the last"
SPLIT = "O is asked for no kind"
KIND = "all of a group are of one kind"
MASKS = "no span begins in the context and ends at [CLS]; one mask is enough, in either order"
BELOW = "below every probability as well"
BROADCAST = "broadcasting adds that dimension"
LARGEST = "one row: its largest is the largest of all"
PAD = "which pad it is does not matter behind a mask"
SHORTER = "shorter pieces fit as well"
GREEDY = "greedy is this model's default"
SIXTEEN = "torch subtracts the maximum; or the dims are one"

EQUIVALENT: dict[str, dict[str, str]] = {
    "sentiment": {
        "6: probabilities[best].item() → probabilities[best]": NUMBER,
        (
            "4: model(**inputs).logits[0].softmax(dim=0) → "
            "model(**inputs).logits[0].softmax(dim=-1)"
        ): DIM,
        "4: model(**inputs).logits[0] → model(**inputs).logits[-1]": ONE_ROW,
    },
    "fill_mask": {
        (
            "6: zip(best.values.tolist(), best.indices.tolist()) → zip(best.values, "
            "best.indices.tolist())"
        ): NUMBER,
        (
            "6: zip(best.values.tolist(), best.indices.tolist()) → zip(best.values.tolist(), "
            "best.indices)"
        ): NUMBER,
        "3: inputs['input_ids'][0].tolist → inputs['input_ids'][-1].tolist": ONE_ROW,
        (
            "5: model(**inputs).logits[0, place].softmax(dim=0) → model(**inputs).logits[0, "
            "place].softmax(dim=-1)"
        ): DIM,
        "5: model(**inputs).logits[0, place] → model(**inputs).logits[-1, place]": ONE_ROW,
    },
    "entities": {
        ("16: inputs.pop('offset_mapping')[0].tolist() → inputs.pop('offset_mapping')[0]"): NUMBER,
        "21: rows.amax(dim=-1).tolist() → rows.amax(dim=-1)": NUMBER,
        "13: names[group[0]].split('-')[-1] → names[group[0]].split('-')[1]": SPLIT,
        "16: inputs.pop('offset_mapping')[0] → inputs.pop('offset_mapping')[-1]": ONE_ROW,
        (
            "18: model(**inputs).logits[0].softmax(dim=-1) → "
            "model(**inputs).logits[0].softmax(dim=1)"
        ): DIM,
        "18: model(**inputs).logits[0] → model(**inputs).logits[-1]": ONE_ROW,
        (
            "9:  for group in groups if names[group[0]] != 'O' →  for group in groups if "
            "names[group[-1]] != 'O'"
        ): KIND,
        "21: rows.amax(dim=-1).tolist() → rows.amax(dim=1).tolist()": NUMBER,
        "13: names[group[0]].split('-') → names[group[-1]].split('-')": KIND,
        "5: names[groups[-1][0]].split → names[groups[-1][-1]].split": KIND,
    },
    "zero_shot": {
        (
            "6: logits[:, column['entailment']].softmax(dim=0).tolist() → logits[:, "
            "column['entailment']].softmax(dim=0)"
        ): NUMBER,
        "5: pair.softmax(dim=0)[1].item() → pair.softmax(dim=0)[1]": NUMBER,
        (
            "4: (0, [column['contradiction'], column['entailment']]) → (-1, "
            "[column['contradiction'], column['entailment']])"
        ): ONE_ROW,
        (
            "6: logits[:, column['entailment']].softmax(dim=0) → logits[:, "
            "column['entailment']].softmax(dim=-1)"
        ): DIM,
        "5: pair.softmax(dim=0)[1].item → pair.softmax(dim=-1)[1].item": DIM,
    },
    "question_answering": {
        "6: inside[:, None] & inside[None, :] → inside[:, None]": MASKS,
        "6: inside[:, None] & inside[None, :] → inside[None, :] & inside[:, None]": MASKS,
        ("12: inputs.pop('offset_mapping')[0].tolist() → inputs.pop('offset_mapping')[0]"): NUMBER,
        "6: inside[:, None] & inside[None, :] → inside[:, None] & inside": MASKS,
        "9: scores[first, last].item() → scores[first, last]": NUMBER,
        "6: inside[:, None] & inside[None, :] → inside[:, None] & inside[:, None]": MASKS,
        "6: inside[:, None] & inside[None, :] → inside[:, None] & inside[None]": MASKS,
        (
            "7: (start[:, None] * end[None, :]).masked_fill(~pairs, -1) → (start[:, None] * "
            "end[None, :]).masked_fill(~pairs, -2)"
        ): BELOW,
        (
            "7: (start[:, None] * end[None, :]).masked_fill(~pairs, -1) → (start[:, None] * "
            "end[None, :]).masked_fill(~pairs, -0)"
        ): BELOW,
        (
            "16: best_span(output.start_logits[0], output.end_logits[0], inside) → "
            "best_span(output.start_logits[-1], output.end_logits[0], inside)"
        ): ONE_ROW,
        (
            "16: best_span(output.start_logits[0], output.end_logits[0], inside) → "
            "best_span(output.start_logits[0], output.end_logits[-1], inside)"
        ): ONE_ROW,
        (
            "4: z.masked_fill(~allowed, -torch.inf).softmax(dim=0) → z.masked_fill(~allowed, "
            "-torch.inf).softmax(dim=-1)"
        ): DIM,
        "7: start[:, None] * end[None, :] → start[:, None] * end": BROADCAST,
        "12: inputs.pop('offset_mapping')[0] → inputs.pop('offset_mapping')[-1]": ONE_ROW,
        "7: start[:, None] * end[None, :] → start[:, None] * end[None]": BROADCAST,
    },
    "generation": {
        (
            "5: model(ids).logits[:, -1].argmax(dim=-1, keepdim=True) → model(ids).logits[:, "
            "-1].argmax(keepdim=True)"
        ): LARGEST,
        (
            "7: new.item() == model.generation_config.eos_token_id → new == "
            "model.generation_config.eos_token_id"
        ): NUMBER,
        (
            "9: tokenizer.decode(ids[0], skip_special_tokens=True) → "
            "tokenizer.decode(ids[-1], skip_special_tokens=True)"
        ): ONE_ROW,
        (
            "5: model(ids).logits[:, -1].argmax(dim=-1, keepdim=True) → model(ids).logits[:, "
            "-1].argmax(dim=1, keepdim=True)"
        ): LARGEST,
    },
    "continued": {
        "2: tokenizer.pad_token or tokenizer.eos_token → tokenizer.eos_token": PAD,
        (
            "5: model.generate(**inputs, **how)[:, inputs['input_ids'].shape[1]:].tolist() → "
            "model.generate(**inputs, **how)[:, inputs['input_ids'].shape[1]:]"
        ): NUMBER,
    },
    "scores": {
        "2: return logits.softmax(dim=-1) → return logits.softmax(dim=1)": DIM,
    },
    "whole_text": {
        "3: room = size - 2 → room = 2": SHORTER,
        "3: room = size - 2 → room = size - 3": SHORTER,
    },
    "written": {
        (
            "2: model.generate(ids, max_new_tokens=n, do_sample=False, eos_token_id=None) → "
            "model.generate(ids, max_new_tokens=n, eos_token_id=None)"
        ): GREEDY,
    },
    "probabilities": {
        "2: logits.float().softmax(dim=-1) → logits.softmax(dim=-1)": SIXTEEN,
        "2: logits.float().softmax(dim=-1) → logits.float().softmax(dim=1)": SIXTEEN,
    },
    "anywhere": {
        "4: list(model(**inputs).logits.shape) → model(**inputs).logits.shape": NUMBER,
    },
}
