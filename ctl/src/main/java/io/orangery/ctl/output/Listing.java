package io.orangery.ctl.output;

import io.orangery.ctl.output.PrettyTable.Column;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Columns and rows in one of the formats (ctl.md 8). */
final class Listing {
    private Listing() {}

    static void framed(PrintStream out, Optional<String> title, List<Column> columns, List<List<String>> rows) {
        PrettyTable.render(title, columns, rows).forEach(out::println);
    }

    /** No quoting. */
    static void tsv(PrintStream out, List<String> titles, List<List<Object>> rows) {
        out.println(String.join("\t", titles));
        rows.forEach(row ->
                out.println(String.join("\t", row.stream().map(String::valueOf).toList())));
    }

    /** Cells that are empty are left out; 0 is not empty. */
    static void json(PrintStream out, List<String> titles, List<List<Object>> rows) {
        out.println(PythonJson.write(objects(titles, rows)));
    }

    /** As {@link #json}. An empty line follows. */
    static void yaml(PrintStream out, List<String> titles, List<List<Object>> rows) {
        out.println(YamlText.block(objects(titles, rows)));
    }

    private static List<Map<String, Object>> objects(List<String> titles, List<List<Object>> rows) {
        var objects = new ArrayList<Map<String, Object>>();
        for (List<Object> row : rows) {
            var object = new LinkedHashMap<String, Object>();
            for (int index = 0; index < row.size(); index++) {
                if (!String.valueOf(row.get(index)).isEmpty()) {
                    object.put(titles.get(index), row.get(index));
                }
            }
            objects.add(object);
        }
        return objects;
    }
}
