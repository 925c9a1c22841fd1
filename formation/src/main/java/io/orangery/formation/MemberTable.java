package io.orangery.formation;

import io.orangery.formation.NodeRest.MemberLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The members of all groups as a table for people, in the form that {@code orangeryctl list} has. */
final class MemberTable {

    private static final List<String> TITLES = List.of("Group", "Member", "Host", "Role", "State", "TL", "Lag in MB");

    private MemberTable() {}

    /** The table, several lines without a last line break. */
    static String of(Map<Integer, List<MemberLine>> groups) {
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        groups.forEach((group, members) -> members.forEach(member -> rows.add(row(group, member))));
        int[] widths = new int[TITLES.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder rule = new StringBuilder("+");
        for (int width : widths) {
            rule.append("-".repeat(width + 2)).append("+");
        }
        StringBuilder table = new StringBuilder(rule).append('\n').append(line(rows.getFirst(), widths));
        table.append('\n').append(rule);
        rows.stream().skip(1).forEach(row -> table.append('\n').append(line(row, widths)));
        return table.append('\n').append(rule).toString();
    }

    private static List<String> row(int group, MemberLine member) {
        return List.of(
                Integer.toString(group),
                member.name(),
                member.host(),
                role(member.role()),
                member.state(),
                member.timeline() == 0 ? "" : Long.toString(member.timeline()),
                megabytes(member.lag()));
    }

    /** "quorum_standby" as "Quorum Standby". */
    private static String role(String role) {
        StringBuilder words = new StringBuilder();
        for (String word : role.split("_")) {
            if (!word.isEmpty()) {
                words.append(words.isEmpty() ? "" : " ").append(Character.toUpperCase(word.charAt(0)));
                words.append(word.substring(1));
            }
        }
        return words.toString();
    }

    private static String megabytes(String lag) {
        return lag.isEmpty() || !lag.chars().allMatch(Character::isDigit)
                ? lag
                : Long.toString(Long.parseLong(lag) >> 20);
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(' ')
                    .append(cells.get(i))
                    .append(" ".repeat(widths[i] - cells.get(i).length()))
                    .append(" |");
        }
        return line.toString();
    }
}
