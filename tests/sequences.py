"""Random sequences of what people do, as a state machine of hypothesis on the records of an Odoo test case."""

from collections import Counter

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from odoo.exceptions import UserError


class Sequences(RuleBasedStateMachine):
    """Each sequence starts from `orders` and `partners` of the case and is rolled back; `done` counts what happened in all of them."""

    case = None
    done = Counter()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.done = Counter()

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.orders, self.partners = list(self.case.orders), self.case.partners
        self.done["sequence"] += 1

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.transaction.clear()

    def _attempt(self, name, action):
        """What Odoo refuses with a message leaves everything as it was."""
        try:
            with self.env.cr.savepoint():
                action()
        except UserError:
            self.env.invalidate_all()
            name = f"{name} (refused)"
        self.done[name] += 1

    def _pick(self, number, state):
        orders = [order for order in self.orders if order.exists() and order.state == state]
        return orders[number % len(orders)] if orders else self.env["sale.order"]

    def _pair(self, first):
        """Two partners that are there, to be merged."""
        partners = self.partners.exists()
        return (partners[first % len(partners) :] + partners)[:2]

    @classmethod
    def run(cls, case, number, steps, names):
        """Run the same sequences each time; each of these steps must have happened in some of them.

        :param number: sequences
        :param steps: at most, of each
        """
        cls.case = case
        run_state_machine_as_test(
            cls,
            settings=settings(
                max_examples=number,
                stateful_step_count=steps,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        print(dict(sorted(cls.done.items())))
        case.assertGreaterEqual(cls.done["sequence"], number)
        for name in names:
            case.assertGreater(cls.done[name], number / 20, name)
