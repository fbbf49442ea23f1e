"""How well a classifier separates gammas from hadrons, and how sure that is."""

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve


def auc_with_error(labels: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Area under the ROC curve and its sampling error.

    Parameters
    ----------
    labels : array, shape (events,)
        1 for a gamma, 0 for a hadron.
    scores : array, shape (events,) or (events, 1)
        The larger, the more like a gamma.

    Returns
    -------
    auc, error : float
        The error is the standard error of Hanley and McNeil, Radiology 143
        (1982) 29: by how much the AUC would scatter over new events of the
        same kind. It does not contain the scatter over new trainings.

    Raises
    ------
    ValueError
        If only one of the two classes is there.
    """
    labels = np.asarray(labels).ravel()
    gammas, hadrons = int((labels == 1).sum()), int((labels == 0).sum())
    if gammas == 0 or hadrons == 0:
        raise ValueError(f"an AUC needs both classes, not {gammas} g and {hadrons} h")
    auc = float(roc_auc_score(labels, np.asarray(scores).ravel()))
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc) + (gammas - 1) * (q1 - auc**2) + (hadrons - 1) * (q2 - auc**2)
    ) / (gammas * hadrons)
    return auc, float(np.sqrt(variance))


def signal_efficiency(
    labels: np.ndarray, scores: np.ndarray, background: float
) -> float:
    """Share of gammas kept when a share `background` of the hadrons is kept.

    Parameters
    ----------
    labels : array, shape (events,)
        1 for a gamma, 0 for a hadron.
    scores : array, shape (events,) or (events, 1)
        The larger, the more like a gamma.
    background : float
        Background acceptance, for example 0.01; the data's own documentation
        asks for 0.01, 0.02, 0.05, 0.1 and 0.2.

    Returns
    -------
    float
        Read off the ROC curve, linear between its points.

    Raises
    ------
    ValueError
        If `background` is not between 0 and 1.
    """
    if not 0 <= background <= 1:
        raise ValueError(f"background is a share from 0 to 1, not {background!r}")
    kept_hadrons, kept_gammas, _ = roc_curve(
        np.asarray(labels).ravel(), np.asarray(scores).ravel()
    )
    return float(np.interp(background, kept_hadrons, kept_gammas))
