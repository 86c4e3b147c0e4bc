"""Reads a directory with HpBandSter and DeepCAVE and says what they find, as JSON."""

import json
import sys
from pathlib import Path

import ConfigSpace
import hpbandster.core.result
from deepcave.runs.converters.bohb import BOHBRun

path = sys.argv[1]
space = ConfigSpace.ConfigurationSpace.from_json(Path(path) / "configspace.json")
result = hpbandster.core.result.logged_results_to_HBS_result(path)
configs = result.get_id2config_mapping()
for c in configs.values():
    ConfigSpace.Configuration(space, values=c["config"]).check_valid_configuration()
runs = result.get_all_runs()
cave = BOHBRun.from_path(Path(path))
json.dump({
    "hpbandster": {
        "configs": len(configs), "runs": len(runs),
        "losses": {"%s@%s" % (",".join(map(str, r.config_id)), r.budget): r.loss for r in runs},
        "models": sum(c["config_info"]["model_based_pick"] for c in configs.values()),
        "incumbent": ",".join(map(str, result.get_incumbent_id())),
    },
    "deepcave": {"configs": len(cave.configs), "trials": len(cave.history), "budgets": cave.get_budgets(include_combined=False)},
}, sys.stdout)
