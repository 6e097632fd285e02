# Bash completion for isboot. The options come from the program's own --help, so that they
# cannot differ from it.
_isboot() {
  local current=${COMP_WORDS[COMP_CWORD]} words=() word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) words+=("$word") ;; esac
  done
  # Option lines of CLI11's help start with two blanks and a dash, subcommands with two
  # blanks and a letter below the heading "Subcommands".
  local help
  help=$("${COMP_WORDS[0]}" "${words[@]:0:2}" --help 2>/dev/null) ||
    help=$("${COMP_WORDS[0]}" "${words[@]:0:1}" --help 2>/dev/null)
  local candidates
  if [[ $current == -* ]]; then
    candidates=$(grep -oE -- '--[a-z][a-z-]*' <<<"$help")
  else
    candidates=$(sed -n '/^Subcommands:/,$ s/^  \([a-z][a-z-]*\).*/\1/p' <<<"$help")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
  [[ ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -F _isboot isboot
