"""Scores: how well the network tells claims that are borne out from others."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score

from evals.verifier.claims import Claim
from evals.verifier.model import ClaimReader, inputs
from rag.verify.claim_input import EncodedClaim, collate

AT_ONCE = 32


def chances(network: ClaimReader, encoded: Sequence[EncodedClaim]) -> npt.NDArray[np.float64]:
    """Return the probability of each label for each claim, shape (claims, labels)."""
    found = np.zeros((len(encoded), 3))
    order = sorted(range(len(encoded)), key=lambda place: len(encoded[place].tokens))
    was_training = network.training
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), AT_ONCE):
            places = order[start : start + AT_ONCE]
            labels, _ = network(*inputs(collate([encoded[place] for place in places])))
            found[places] = torch.softmax(labels.float(), dim=1).numpy()
    network.train(was_training)
    return found


def validate(network: ClaimReader, pairs: Sequence[tuple[Claim, EncodedClaim]]) -> dict[str, float]:
    """Return the AUC of supported against all others, over all and in each source."""
    claims = [claim for claim, _ in pairs]
    found = chances(network, [encoded for _, encoded in pairs])[:, 0]
    truth = np.array([claim.label == "supported" for claim in claims])
    places = defaultdict(list)
    for place, claim in enumerate(claims):
        places[claim.source].append(place)
    scores = {"auc": float(roc_auc_score(truth, found))}
    for source, rows in sorted(places.items()):
        if 0 < truth[rows].sum() < len(rows):
            scores[f"auc_{source}"] = float(roc_auc_score(truth[rows], found[rows]))
    return {name: round(value, 4) for name, value in scores.items()}
