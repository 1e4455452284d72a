"""Asks Alembic what the Rust library is asked in ../alembic.rs.

    ask.py answer CASES.toml          the answers of the Alembic that is installed, as TOML
    ask.py random SEED COUNT          cases of so many random graphs, as TOML

`cargo xtask alembic` runs both. How cases are written is said in cases.toml. An answer is a list of
revisions, sorted (Alembic's own order changes from run to run), `.` for none of them, `ok`, or
`refused:` with the exception. `warns:` comes before an answer that Alembic warned about.
"""

import random
import re
import sys
import tomllib
import warnings

NAME = re.compile(r"^\s*(\S+)\s*(?:<([^~#]*))?(?:~([^#]*))?(?:#(.*))?$")


def graph(lines):
    """`id < parents ~ dependencies # labels`, a line a revision."""
    for line in lines.strip().splitlines():
        name, *lists = NAME.match(line).groups()
        yield (name, *(tuple((names or "").split()) for names in lists))


def revision_map(lines):
    from alembic.script.revision import Revision, RevisionMap

    def revisions():
        for name, parents, depends_on, labels in graph(lines):
            yield Revision(name, parents or None, depends_on or None, labels or None)

    return RevisionMap(revisions)


def version_table(revisions, tips):
    """The rows of the version table: what is applied without being needed by what is."""
    if tips == "-":
        return ()
    tips = tips.split(",")
    needed = set()
    for tip in tips:
        at = revisions.get_revision(tip)
        needed |= {one.revision for one in revisions._get_ancestor_nodes([at])} - {tip}
    return tuple(tip for tip in tips if tip not in needed)


def ask(revisions, question):
    what, *arguments = question.split()
    if what == "load":
        revisions._revision_map
        return "ok"
    if what == "heads":
        return revisions.heads
    if what == "bases":
        return revisions.bases
    if what == "resolve":
        found = revisions.get_revision(arguments[0])
        return [found] if found else []
    current = version_table(revisions, arguments[0])
    if what == "current":
        # What `alembic current` prints.
        return revisions._get_all_current(current)
    # The calls of ScriptDirectory: _upgrade_revs, _downgrade_revs, and walk_revisions, which is
    # `alembic history`.
    if what == "upgrade":
        return revisions.iterate_revisions(arguments[1], current, implicit_base=True)
    if what == "downgrade":
        return revisions.iterate_revisions(
            current, arguments[1], select_for_downgrade=True
        )
    if what == "history":
        base, head = (current if end == "current" else end for end in arguments[1].split(":"))
        return revisions.iterate_revisions(
            head or "heads", base or "base", inclusive=True, assert_relative_length=False
        )
    raise SystemExit(f"no such question: {question}")


def answer(revisions, question):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = ask(revisions, question)
            if found != "ok":
                names = {getattr(one, "revision", one) for one in found}
                found = " ".join(sorted(names)) or "."
        except (Exception, AssertionError) as error:
            reason = re.split(r" '|[:;(]|\.\.\.", str(error))[0].strip()
            known = type(error).__name__ in ("RevisionError", "ResolutionError")
            return f"refused: {reason if known else type(error).__name__}"
    return f"warns: {found}" if warned else found


def answers(path):
    with open(path, "rb") as file:
        cases = tomllib.load(file)
    import alembic

    print(f"# Alembic {alembic.__version__}'s answers to {path.rsplit('/')[-1]}, written by ask.py")
    for name, case in cases.items():
        print(f'\n["{name}"]')
        for line in case["ask"].strip().splitlines():
            question = " ".join(line.partition("|")[0].split())
            # A map that is broken is broken again for every question.
            print(f'"{question}" = "{answer(revision_map(case["revisions"]), question)}"')


def random_graph(pick):
    """Revisions as (name, parents, dependencies, labels): branches, merges, roots of their own."""
    revisions, ancestors = [], {}
    # A few names that start alike, so that their beginnings are ambiguous.
    starts = [f"{pick.randrange(16**4):04x}" for _ in range(4)]
    for at in range(pick.randint(1, 12)):
        name = f"{pick.choice(starts)}{at:x}{pick.randrange(16):x}"
        earlier = [one[0] for one in revisions]
        wanted = pick.choices([0, 1, 2, 3], [2, 12, 4, 1])[0] if at else 0
        parents = set()
        for _ in range(min(wanted, at)):
            parents.add(earlier[-1] if pick.random() < 0.5 else pick.choice(earlier))
        # A merge of a revision with its own ancestor is refused by migcheck.
        parents = {one for one in parents if not any(one in ancestors[x] for x in parents)}
        depends_on = {pick.choice(earlier)} if at and pick.random() < 0.2 else set()
        ancestors[name] = set().union(parents, *(ancestors[one] for one in parents))
        revisions.append((name, sorted(parents), sorted(depends_on), []))
    for at, (*_, labels) in enumerate(revisions):
        label = pick.choice(["branch", "side", starts[0][:2]]) + str(at)
        # A label that an id starts with is refused by migcheck.
        if pick.random() < 0.25 and not any(one[0].startswith(label) for one in revisions):
            labels.append(label)
    return revisions


def random_target(pick, names, labels):
    def some():
        name = pick.choice(names)
        return pick.choice([name, name, name[:4], name[: pick.randint(2, 6)], pick.choice(labels or [name])])

    def step():
        return pick.choice("+-") + str(pick.choice([0, 1, 1, 1, 2, 2, 3, 4]))

    inner = pick.choice(
        [some, some, lambda: "head", lambda: "heads", lambda: "base", step, step]
        + [lambda: some() + step(), lambda: "head" + step(), lambda: "base" + step()]
    )()
    scope = pick.choice(labels) if labels and pick.random() < 0.7 else some()
    return f"{scope}@{inner}" if pick.random() < 0.4 else inner


def random_cases(seed, count):
    for number in range(count):
        pick = random.Random(f"{seed}/{number}")
        revisions = random_graph(pick)
        names = [one[0] for one in revisions]
        labels = [label for one in revisions for label in one[3]]
        print(f'[random-{seed}-{number}]\nrevisions = """')
        for name, *lists in revisions:
            print(name, *(f"{sign} {' '.join(many)}" for sign, many in zip("<~#", lists) if many))
        print('"""\nask = """\nload\nheads\nbases')
        asked = set()
        for _ in range(24):
            tips = ",".join(pick.sample(names, min(len(names), pick.choice([0, 1, 1, 2, 3])))) or "-"
            kind = pick.choice(["upgrade", "upgrade", "downgrade", "downgrade", "history", "resolve", "current"])
            target = random_target(pick, names, labels)
            if kind == "history":
                ends = [target, random_target(pick, names, labels)]
                ends[pick.randrange(2)] = pick.choice(["", "current", ends[0], ends[1]])
                asked.add(f"history {tips} {ends[0]}:{ends[1]}")
            elif kind == "resolve":
                if not re.search(r"[+-]", target):
                    asked.add(f"resolve {target}")
            elif kind == "current":
                asked.add(f"current {tips}")
            else:
                asked.add(f"{kind} {tips} {target}")
        print("\n".join(sorted(asked)) + '\n"""\n')


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["answer", path]:
            answers(path)
        case ["random", seed, count]:
            random_cases(seed, int(count))
        case _:
            raise SystemExit(__doc__)
