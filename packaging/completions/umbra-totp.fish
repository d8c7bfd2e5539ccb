# fish completion of umbra-totp. Verbs, options and choices come from the tool's own --help: what it takes is offered.

# What --help says, with the tool's name and verb as arguments; a description on a line of its own joins its option.
function __umbra_totp_help
    $argv --help 2>/dev/null </dev/null | sed -E ':join; N; $!b join; s/\n {20,}/  /g'
end

# In a help text (the further arguments): the name of what an option takes, and its choices; nothing for a flag.
function __umbra_totp_value
    set -l option (string replace -ra '[^A-Za-z0-9-]' '' -- $argv[1])
    printf '%s\n' $argv[2..] | sed -nE "s/^  ([^ ]*,)?$option ([A-Z]+)(:\{([^}]*)\})?.*/\2 \4/p" | head -n 1
end

function __umbra_totp_offer
    switch $argv[1]
        case USER WORD
            __fish_complete_users
        case FILE PATH
            __fish_complete_path (commandline -ct)
        case SERVICE
            ls /etc/pam.d 2>/dev/null
        case '*'
            string split -n , -- $argv[2]
    end
end

function __umbra_totp
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l general (__umbra_totp_help $words[1])
    set -l help $general
    set -l verb
    set -l option
    set -l given 0
    for word in $words[2..]
        if set -q option[1]
            set -e option
            set -l option
        else if string match -q -- '-*' $word
            test -n "$(__umbra_totp_value $word $help $general)"; and set option $word
        else if not set -q verb[1]
            set verb $word
            set help (__umbra_totp_help $words[1] $verb)
        else
            set given (math $given + 1)
        end
    end
    if set -q option[1]
        __umbra_totp_offer (string split ' ' -- (__umbra_totp_value $option $help $general))
    else if string match -q -- '-*=*' $current
        set -l name (string split -m 1 = -- $current)[1]
        for value in (__umbra_totp_offer (string split ' ' -- (__umbra_totp_value $name $help $general)))
            echo $name=$value
        end
    else if string match -q -- '-*' $current
        for line in (printf '%s\n' $help $general | sed -nE 's/^  (-[^ ]+)( [^ ]+)*  +(.*)/\1\t\3/p')
            set -l parts (string split \t -- $line)
            for name in (string split , -- $parts[1])
                printf '%s\t%s\n' $name $parts[2]
            end
        end
    else if not set -q verb[1]
        printf '%s\n' $general | sed -nE '/^Subcommands:/,$s/^  ([a-z][^ ]*) +(.*)/\1\t\2/p'
    else
        set -l takes (printf '%s\n' $help | sed -nE '/^Positionals:/,/^$/s/^  ([A-Z]+) ?(:\{([^}]*)\})?( ?\.\.\.)?.*/\1 \3\4/p')
        set -l place (math min $given + 1, (count $takes))
        if test $given -lt (count $takes); or string match -q '*...' -- $takes[-1]
            __umbra_totp_offer (string split ' ' -- (string replace -r ' ?[.]{3}$' '' -- $takes[$place]))
        end
    end
end

complete -c umbra-totp -f -a '(__umbra_totp)'
