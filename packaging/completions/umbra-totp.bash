# bash completion of umbra-totp. Verbs, options and choices come from the tool's own --help: what it takes is offered.

# What --help says, with the tool's name and verb as arguments; a description on a line of its own joins its option.
_umbra_totp_help() {
    "$@" --help 2>/dev/null </dev/null | sed -E ':join; N; $!b join; s/\n {20,}/  /g'
}

# In a help text: the name of what an option takes, and its choices ("STYLE auto,utf8"); nothing for a flag.
_umbra_totp_value() {
    sed -nE "s/^  ([^ ]*,)?${2//[!A-Za-z0-9-]/} ([A-Z]+)(:\{([^}]*)\})?.*/\2 \4/p" <<<"$1"
}

_umbra_totp_offer() {
    local kind=$1 choices=$2 cur=$3
    case $kind in
        USER | WORD) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        FILE | PATH)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        SERVICE) mapfile -t COMPREPLY < <(compgen -W "$(ls /etc/pam.d 2>/dev/null)" -- "$cur") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "${choices//,/ }" -- "$cur") ;;
    esac
}

_umbra_totp() {
    local tool=$1 cur=$2 general help verb='' option='' value word given=0 i
    local -a takes
    COMPREPLY=()
    [[ $cur == = ]] && cur=''
    general=$(_umbra_totp_help "$tool")
    help=$general
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = ]]; then
            continue
        elif [[ -n $option ]]; then
            option=''
        elif [[ $word == -* ]]; then
            [[ -n $(_umbra_totp_value "$help"$'\n'"$general" "$word") ]] && option=$word
        elif [[ -z $verb ]]; then
            verb=$word
            help=$(_umbra_totp_help "$tool" "$verb")
        else
            given=$((given + 1))
        fi
    done
    if [[ -n $option ]]; then
        value=$(_umbra_totp_value "$help"$'\n'"$general" "$option" | head -n 1)
        _umbra_totp_offer "${value%% *}" "${value#* }" "$cur"
    elif [[ $cur == -* ]]; then
        word=$(sed -nE 's/^  (-[^ ]+).*/\1/p' <<<"$help"$'\n'"$general")
        mapfile -t COMPREPLY < <(compgen -W "${word//,/ }" -- "$cur" | sort -u)
    elif [[ -z $verb ]]; then
        word=$(sed -nE '/^Subcommands:/,$s/^  ([a-z][^ ]*).*/\1/p' <<<"$general")
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
    else
        mapfile -t takes < <(sed -nE '/^Positionals:/,/^$/s/^  ([A-Z]+) ?(:\{([^}]*)\})?( ?\.\.\.)?.*/\1 \3\4/p' \
            <<<"$help")
        [[ ${#takes[@]} -gt 0 ]] || return
        value=${takes[given]:-${takes[-1]}}
        word=${value#* }
        [[ $given -ge ${#takes[@]} && $value != *...* ]] || _umbra_totp_offer "${value%% *}" "${word%...}" "$cur"
    fi
}

complete -F _umbra_totp umbra-totp
