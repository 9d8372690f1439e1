// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/scriptsource.h"

#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tree_views.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace birblens {

namespace {

using namespace torch::jit;

/** Far more than any real network has; the compiler takes some kilobytes of stack for each. */
constexpr int deepestBrackets = 100;
constexpr int longestStatement = 1000; ///< operators, calls and attributes
constexpr int deepestBlocks = 60;
constexpr int longestChoice = 60; ///< branches in one function
constexpr int deepestCalls = 200;

/** Said of code that cannot be accepted; caught in this file. */
struct Refused : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/** Before the parser, which works on the stack too. Strings and comments are stepped over. */
void checkNesting(const std::string &text, const std::string &where)
{
    int line = 1;
    int brackets = 0;
    int operators = 0;
    int choices = 0;
    const auto refuse = [&](const char *what) {
        throw Refused(std::string(what) + " (" + where + ", line " + std::to_string(line) + ")");
    };
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') {
            ++line;
            if (brackets > 0 || (i > 0 && text[i - 1] == '\\'))
                continue;
            operators = 0;
            const size_t from = text.find_first_not_of(' ', i + 1);
            if (from != std::string::npos && (from - i - 1) / 2 > deepestBlocks)
                refuse("its code has too many blocks in one another");
            const std::string start =
                from == std::string::npos ? std::string() : text.substr(from, 4);
            if (start == "def ")
                choices = 0;
            if (start == "elif" && ++choices > longestChoice)
                refuse("its code has too many branches in one another");
        } else if (c == '#') {
            i = std::min(text.find('\n', i), text.size()) - 1;
        } else if (c == '"' || c == '\'') {
            const std::string three(3, c);
            const bool block = text.compare(i, 3, three) == 0;
            size_t end = i + (block ? 3 : 1);
            while (end < text.size() &&
                   (block ? text.compare(end, 3, three) != 0 : text[end] != c)) {
                line += text[end] == '\n' ? 1 : 0;
                end += text[end] == '\\' ? 2 : 1;
            }
            i = end + (block ? 2 : 0);
        } else if (std::string("([{").find(c) != std::string::npos) {
            if (++brackets > deepestBrackets)
                refuse("its code has too many brackets in one another");
        } else if (std::string(")]}").find(c) != std::string::npos) {
            brackets = std::max(0, brackets - 1);
        }
        // Words between expressions begin with these letters: and, or, not, if, is, in.
        const bool word = c == ' ' && i + 1 < text.size() &&
                          std::string("aoni").find(text[i + 1]) != std::string::npos;
        operators += word || std::string("([{.+-*/%@<>=!~^&|").find(c) != std::string::npos;
        if (operators > longestStatement)
            refuse("its code has a statement that is too long");
    }
}

/** What the compiler evaluates is written out: a number, a text, a list of such. */
void checkLiteral(const TreeRef &tree, const std::string &where)
{
    switch (tree->kind()) {
    case TK_CONST:
    case TK_STRINGLITERAL:
    case TK_STRING:
    case TK_NONE:
    case TK_TRUE:
    case TK_FALSE:
    case TK_IDENT:
    case TK_VAR: // inf, nan
    case '.':    // torch.float32
        return;
    case TK_OPTION:
    case TK_LIST:
    case TK_LIST_LITERAL:
    case TK_TUPLE_LITERAL:
    case TK_DICT_LITERAL:
    case TK_UNARY_MINUS:
    case TK_SUBSCRIPT: // a type, in annotate(List[int], [])
        for (const TreeRef &child : tree->trees())
            checkLiteral(child, where);
        return;
    case TK_APPLY: {
        const Apply call(tree);
        const bool typed =
            call.callee().kind() == TK_VAR && (Var(call.callee()).name().name() == "annotate" ||
                                               Var(call.callee()).name().name() == "float");
        const bool device = call.callee().kind() == '.' &&
                            Select(call.callee()).selector().name() == "device" &&
                            Select(call.callee()).value().kind() == TK_VAR;
        if (typed || device) {
            for (const TreeRef &child : call.inputs().tree()->trees())
                checkLiteral(child, where);
            if (call.attributes().empty())
                return;
        }
        break;
    }
    default:
        break;
    }
    throw Refused("its code computes a default or constant while it is read (" + where + ")");
}

std::string placeOfTree(const TreeRef &tree)
{
    return placeOf(tree->range());
}

/** `__torch__.birds.Net` of a chain of attributes; empty for anything else. */
std::string dotted(const TreeRef &tree)
{
    if (tree->kind() == TK_VAR)
        return Var(tree).name().name();
    if (tree->kind() != '.')
        return {};
    const Select select(tree);
    const std::string front = dotted(select.value());
    return front.empty() ? front : front + "." + select.selector().name();
}

/** All definitions, and which names of others each has in it. */
class Definitions
{
public:
    void add(const std::string &name, const TreeRef &tree) { m_trees.emplace(name, tree); }

    /** Follows names from definition to definition. */
    void checkDepth()
    {
        for (const auto &[name, tree] : m_trees)
            depthOf(name, 0);
    }

private:
    int depthOf(const std::string &name, int above)
    {
        if (above > deepestCalls)
            throw Refused("its code has more than " + std::to_string(deepestCalls) +
                          " parts that call one another in a row (" + name + ")");
        if (const auto known = m_depths.find(name); known != m_depths.end()) {
            if (above + known->second > deepestCalls)
                throw Refused("its code has too many parts that call one another in a row (" +
                              name + ")");
            return known->second;
        }
        m_depths[name] = 0; // the compiler itself refuses circles
        int deepest = 0;
        std::unordered_set<std::string> used;
        collect(m_trees.at(name), used);
        for (const std::string &other : used) {
            if (other != name)
                deepest = std::max(deepest, 1 + depthOf(other, above + 1));
        }
        m_depths[name] = deepest;
        return deepest;
    }

    void collect(const TreeRef &tree, std::unordered_set<std::string> &used) const
    {
        if (tree->kind() == '.') {
            std::string name = dotted(tree);
            while (!name.empty() && !m_trees.count(name)) {
                const size_t dot = name.rfind('.');
                name = dot == std::string::npos ? std::string() : name.substr(0, dot);
            }
            if (!name.empty()) {
                used.insert(name);
                return;
            }
        }
        for (const TreeRef &child : tree->trees())
            collect(child, used);
    }

    std::unordered_map<std::string, TreeRef> m_trees;
    std::unordered_map<std::string, int> m_depths;
};

void checkDefaults(const Def &function)
{
    for (const Param &parameter : function.decl().params()) {
        const Maybe<Expr> value = parameter.defaultValue();
        if (value.present())
            checkLiteral(value.get().tree(), placeOfTree(value.get().tree()));
    }
}

void checkValue(const Assign &assignment)
{
    const Maybe<Expr> value = assignment.rhs();
    if (value.present())
        checkLiteral(value.get().tree(), placeOfTree(value.get().tree()));
}

void checkClass(const ClassDef &type)
{
    if (type.assigns().present()) {
        for (const Assign &assignment : type.assigns().get())
            checkValue(assignment);
    }
    if (type.properties().present() && !type.properties().get().empty())
        throw Refused("its code has a class with properties (" + placeOfTree(type.tree()) + ")");
    for (const Stmt &statement : type.body()) {
        if (statement.kind() == TK_DEF) {
            checkDefaults(Def(statement));
        } else if (statement.kind() == TK_ASSIGN) {
            checkValue(Assign(statement));
        } else {
            throw Refused("its code has a class with a statement of its own (" +
                          placeOfTree(statement.tree()) + ")");
        }
    }
}

void readSource(const ScriptSource &source, std::vector<std::string> &classes, Definitions &all)
{
    Parser parser(source.text);
    Lexer &lexer = parser.lexer();
    if (lexer.cur().kind == TK_IDENT && lexer.cur().text() == "op_version_set") {
        // op_version_set = 1: written by PyTorch before 1.6, of no use any more.
        while (lexer.cur().kind != TK_NEWLINE && lexer.cur().kind != TK_EOF)
            lexer.next();
        lexer.nextIf(TK_NEWLINE);
    }
    while (lexer.cur().kind != TK_EOF) {
        while (lexer.nextIf(TK_IMPORT)) {
            while (lexer.cur().kind != TK_NEWLINE && lexer.cur().kind != TK_EOF)
                lexer.next();
            lexer.nextIf(TK_NEWLINE);
        }
        if (lexer.cur().kind == TK_CLASS_DEF) {
            const ClassDef type(parser.parseClass());
            checkClass(type);
            const std::string name = source.module + "." + type.name().name();
            classes.push_back(name);
            all.add(name, type.tree());
        } else if (lexer.cur().kind == TK_DEF) {
            const Def function(parser.parseFunction(/*is_method=*/false));
            checkDefaults(function);
            all.add(source.module + "." + function.name().name(), function.tree());
        } else if (lexer.cur().kind != TK_EOF) {
            throw Refused("its code has more than classes and functions (" +
                          placeOf(lexer.cur().range) + ")");
        }
    }
}

} // namespace

std::string placeOf(const SourceRange &range)
{
    const auto place = range.file_line_col();
    if (!place)
        return "its code";
    return std::get<0>(*place) + ", line " + std::to_string(std::get<1>(*place));
}

std::optional<std::string> problemOfSource(const std::vector<ScriptSource> &sources,
                                           std::vector<std::string> &classes)
{
    Definitions all;
    try {
        for (const ScriptSource &source : sources) {
            checkNesting(source.text->text_str().str(),
                         source.text->filename().value_or("its code"));
            readSource(source, classes, all);
        }
        all.checkDepth();
    } catch (const Refused &refused) {
        return refused.what();
    }
    return std::nullopt;
}

} // namespace birblens
