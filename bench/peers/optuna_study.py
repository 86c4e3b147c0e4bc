"""An Optuna study of the rows of a table whose last column is the response."""

import optuna
from optuna.distributions import FloatDistribution
from optuna.trial import create_trial

optuna.logging.set_verbosity(optuna.logging.WARNING)


def study_of(data):
    """Returns the study and the names of its parameters, all on the unit interval."""
    d = data.shape[1] - 1
    space = {f"x{j:02d}": FloatDistribution(0, 1) for j in range(d)}
    study = optuna.create_study()
    study.add_trials(
        [
            create_trial(params=dict(zip(space, map(float, row[:-1]))), distributions=space, value=float(row[-1]))
            for row in data
        ]
    )
    return study, list(space)
