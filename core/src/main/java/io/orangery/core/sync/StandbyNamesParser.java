package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The grammar of PostgreSQL's {@code syncrep_gram.y}: a list, or {@code [FIRST | ANY] number ( list )}. */
final class StandbyNamesParser {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:(?<number>[0-9]+)(?![A-Za-z_$\\x80-\\uffff])|(?<name>[A-Za-z_\\x80-\\uffff][A-Za-z_0-9$\\x80-\\uffff]*)"
                    + "|\"(?<quoted>(?:[^\"]|\"\")+)\"|(?<symbol>[*,()]))\\s*");

    private record Token(boolean number, boolean keyword, boolean name, String text) {
        boolean symbol(String symbol) {
            return !number && !keyword && !name && text.equals(symbol);
        }
    }

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int next;

    StandbyNamesParser(String text) {
        this.text = text;
    }

    Optional<SynchronousStandbyNames> parse() {
        if (text.isBlank()) {
            return Optional.of(SynchronousStandbyNames.OFF);
        }
        if (!tokenize()) {
            return Optional.empty();
        }
        Type type = Type.PRIORITY;
        if (tokens.getFirst().keyword()) {
            type = tokens.getFirst().text().equalsIgnoreCase("any") ? Type.QUORUM : Type.PRIORITY;
            next = 1;
            return counted(type);
        }
        boolean counted =
                tokens.size() > 1 && tokens.getFirst().number() && tokens.get(1).symbol("(");
        return counted ? counted(type) : list(type, 1, tokens.size());
    }

    private Optional<SynchronousStandbyNames> counted(Type type) {
        int end = tokens.size() - 1;
        if (end < next + 3
                || !tokens.get(next).number()
                || !tokens.get(next + 1).symbol("(")
                || !tokens.get(end).symbol(")")) {
            return Optional.empty();
        }
        String number = tokens.get(next).text();
        next += 2;
        // PostgreSQL refuses 0, and anything beyond nine digits is no number of standbys
        return number.length() > 9 || Integer.parseInt(number) == 0
                ? Optional.empty()
                : list(type, Integer.parseInt(number), end);
    }

    private Optional<SynchronousStandbyNames> list(Type type, int number, int end) {
        var names = new ArrayList<NodeId>();
        for (int i = next; i < end; i++) {
            Token token = tokens.get(i);
            boolean wantsName = (i - next) % 2 == 0;
            if (wantsName ? !isName(token) : !token.symbol(",")) {
                return Optional.empty();
            }
            if (wantsName) {
                names.add(new NodeId(token.text()));
            }
        }
        return (end - next) % 2 == 0
                ? Optional.empty()
                : Optional.of(new SynchronousStandbyNames(type, number, StandbySet.of(names)));
    }

    /** A number is a name too where a name is expected, as in {@code a, 10}. */
    private static boolean isName(Token token) {
        return (token.name() || token.number() || token.symbol("*"))
                && !token.text().isBlank();
    }

    private boolean tokenize() {
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            tokens.add(token(matcher));
            end = matcher.end();
        }
        return end == text.length();
    }

    private static Token token(Matcher matcher) {
        if (matcher.group("number") != null) {
            return new Token(true, false, false, matcher.group("number"));
        }
        if (matcher.group("quoted") != null) {
            return new Token(false, false, true, matcher.group("quoted").replace("\"\"", "\""));
        }
        String word = matcher.group("name");
        if (word == null) {
            return new Token(false, false, false, matcher.group("symbol"));
        }
        boolean keyword = word.equalsIgnoreCase("first") || word.equalsIgnoreCase("any");
        return new Token(false, keyword, !keyword, word);
    }
}
