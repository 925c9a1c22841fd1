package io.orangery.postgres.process;

import java.util.ArrayList;
import java.util.List;

/** Splits a command line into words as a POSIX shell would, without running one: quotes and backslashes only. */
public final class CommandWords {
    private CommandWords() {}

    /** @throws IllegalArgumentException when a quote is not closed or nothing follows a backslash */
    public static List<String> split(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                inWord = true;
                i = take(line, i, word);
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** Takes one character or one quoted part; returns the index of its last character. */
    private static int take(String line, int at, StringBuilder word) {
        return switch (line.charAt(at)) {
            case '\'' -> {
                int end = closing(line, '\'', at);
                word.append(line, at + 1, end);
                yield end;
            }
            case '"' -> takeDoubleQuoted(line, at, word);
            case '\\' -> {
                if (at + 1 == line.length()) {
                    throw new IllegalArgumentException("nothing follows the backslash at the end of: " + line);
                }
                word.append(line.charAt(at + 1));
                yield at + 1;
            }
            default -> {
                word.append(line.charAt(at));
                yield at;
            }
        };
    }

    private static int takeDoubleQuoted(String line, int at, StringBuilder word) {
        for (int i = at + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                return i;
            }
            boolean escape = c == '\\' && i + 1 < line.length() && "\"\\".indexOf(line.charAt(i + 1)) >= 0;
            word.append(escape ? line.charAt(++i) : c);
        }
        throw new IllegalArgumentException("no closing quotation mark in: " + line);
    }

    private static int closing(String line, char quote, int at) {
        int end = line.indexOf(quote, at + 1);
        if (end < 0) {
            throw new IllegalArgumentException("no closing quotation mark in: " + line);
        }
        return end;
    }
}
