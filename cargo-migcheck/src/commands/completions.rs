//! `cargo migcheck completions SHELL`.

use clap::Args;
use clap_complete::Shell;

use crate::cli::{self, Context};
use crate::exit::Exit;

/// Print a script that completes commands and options in a shell
///
///   bash        in ~/.bashrc:  source <(cargo migcheck completions bash)
///   zsh         cargo migcheck completions zsh > DIR/_cargo-migcheck
///               with DIR in $fpath, before `compinit`
///   fish        cargo migcheck completions fish \
///                 > ~/.config/fish/conf.d/cargo-migcheck.fish
///   powershell  cargo migcheck completions powershell >> $PROFILE
///   elvish      cargo migcheck completions elvish >> ~/.config/elvish/rc.elv
///
/// In bash, zsh and fish that is for `cargo migcheck` and `cargo-migcheck`; the others complete
/// `cargo-migcheck`, which is the same command.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, context: &Context) -> Exit {
        let script = |name: &str| {
            let mut script = Vec::new();
            clap_complete::generate(self.shell, &mut cli::command(), name, &mut script);
            String::from_utf8_lossy(&script).into_owned()
        };
        context.terminal.print(match self.shell {
            // For a name with a hyphen clap's script knows no option of a command (clap #6421).
            Shell::Bash => {
                script("cargo_migcheck").replace(" cargo_migcheck\n", " cargo-migcheck\n") + BASH
            }
            Shell::Fish => script(NAME) + FISH,
            // zsh's completion of cargo calls `_cargo-migcheck` by that name.
            _ => script(NAME),
        });
        Exit::Success
    }
}

const NAME: &str = "cargo-migcheck";

/// What completes `cargo` is asked for everything but `cargo migcheck`.
const BASH: &str = r#"
_cargo_or_migcheck() {
    if [[ ${COMP_WORDS[1]} == migcheck && $COMP_CWORD -gt 1 ]]; then
        local COMP_WORDS=(cargo-migcheck "${COMP_WORDS[@]:2}") COMP_CWORD=$((COMP_CWORD - 1))
        _cargo_migcheck cargo-migcheck "$2" "$3"
    elif [[ -n $_cargo_without_migcheck ]]; then
        "$_cargo_without_migcheck" "$@"
    fi
}
if ! complete -p cargo &>/dev/null; then
    _completion_loader cargo &>/dev/null
fi
if [[ $(complete -p cargo 2>/dev/null) =~ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _cargo_or_migcheck ]]; then
    _cargo_without_migcheck=${BASH_REMATCH[1]}
fi
complete -F _cargo_or_migcheck -o bashdefault -o default cargo
"#;

const FISH: &str = r#"
function __fish_cargo_or_migcheck
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l last (commandline --current-token --cut-at-cursor)
    complete --do-complete (string join -- ' ' cargo-migcheck (string escape -- $words[3..]) "$last")
end
complete -c cargo -n "__fish_seen_subcommand_from migcheck" -f -a "(__fish_cargo_or_migcheck)"
complete -c cargo -n "__fish_use_subcommand" -f -a migcheck -d "Check, draw, plan, create and run SQL migrations"
"#;
