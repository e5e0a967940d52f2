"""Maximising a smooth function of a few variables by Newton's method in a trust region."""

import numpy as np

LIMIT = 18.0


def maximise(function, start, tolerance=1e-12, iterations=200):
    """Return (point, value, converged) of a local maximum.

    The step solves max g's + s'Hs/2 for |s| <= radius exactly, from the eigenvalues of H (Nocedal, Wright
    2006, section 4.3), so that an indefinite Hessian far from the maximum does no harm.

    :param function: point -> (value, gradient, Hessian)
    :param tolerance: gain still expected, relative to the value, that ends the search
    :return: converged is False where the maximum lies beyond |variable| = 18 or was not reached
    """
    point, radius = np.array(start, dtype=float), 1.0
    value, gradient, hessian = function(point)
    for _iteration in range(iterations):
        step, inside = _step(gradient, hessian, radius)
        gain = gradient @ step + step @ hessian @ step / 2
        ended = gain <= tolerance * (1 + abs(value))
        if ended and inside:
            return point + step, value + gain, True
        if radius < 1e-9:
            break
        target = point + step
        found = function(target) if np.abs(target).max() <= LIMIT else (-np.inf, None, None)
        ratio = (found[0] - value) / max(gain, 1e-300)
        if not ratio >= 0.25:
            radius = np.linalg.norm(step) / 4
        elif ratio > 0.75 and not inside:
            radius = min(2 * radius, 8.0)
        if ratio > 1e-3:
            point, (value, gradient, hessian) = target, found
    return point, value, False


def _step(gradient, hessian, radius):
    """Best step of the quadratic model within the radius, and whether it is the free Newton step."""
    curvature, basis = np.linalg.eigh(-hessian)
    slope = basis.T @ gradient
    if curvature[0] > 0:
        step = slope / curvature
        if np.linalg.norm(step) <= radius:
            return basis @ step, True
    low = max(0.0, -curvature[0])
    high = low + np.linalg.norm(slope) / radius + 1e-300
    for _halving in range(60):
        shift = (low + high) / 2
        divisor = curvature + shift
        if divisor[0] > 0 and np.linalg.norm(slope / divisor) <= radius:
            high = shift
        else:
            low = shift
    return basis @ (slope / np.maximum(curvature + high, 1e-300)), False
