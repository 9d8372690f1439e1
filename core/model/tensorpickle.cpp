// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/tensorpickle.h"

#include <QHash>
#include <QSet>
#include <QStringList>
#include <QtEndian>

#include <limits>
#include <memory>
#include <variant>
#include <vector>

namespace birblens {

namespace {

struct Item;
using Items = std::vector<Item>;

struct Global
{
    QString module;
    QString name;
    QString whole() const { return module + QLatin1Char('.') + name; }
};
struct Storage
{
    qint64 elements = 0;
};
struct Tensor
{
};
struct Other ///< that no tensor is made of: objects, lists, dictionaries, None, fractions
{
};

/** Containers in containers: objects are let go one inside the other, on the thread's stack. */
constexpr int deepest = 200;

/** A value as far as tensors are made of it. */
struct Item
{
    std::variant<Other, qint64, QString, Global, Storage, Tensor, std::shared_ptr<Items>> value;
    std::shared_ptr<int> depth{}; ///< of a container; shared with what is kept of it
    bool filled = false;          ///< is in another container, or was fetched: complete by then

    template <class T>
    const T *as() const
    {
        return std::get_if<T>(&value);
    }
    const Items *tuple() const
    {
        const auto *items = std::get_if<std::shared_ptr<Items>>(&value);
        return items ? items->get() : nullptr;
    }
};

/** Thrown and caught in this file. */
struct Problem
{
    QString what;
};

[[noreturn]] void fail(const QString &what)
{
    throw Problem{what};
}

/** Bytes of one element, by the name of a storage's class in module `torch`; 0: no storage. */
int elementSize(const QString &storage)
{
    static const QHash<QString, int> sizes{
        {QStringLiteral("DoubleStorage"), 8},        {QStringLiteral("FloatStorage"), 4},
        {QStringLiteral("HalfStorage"), 2},          {QStringLiteral("BFloat16Storage"), 2},
        {QStringLiteral("LongStorage"), 8},          {QStringLiteral("IntStorage"), 4},
        {QStringLiteral("ShortStorage"), 2},         {QStringLiteral("CharStorage"), 1},
        {QStringLiteral("ByteStorage"), 1},          {QStringLiteral("BoolStorage"), 1},
        {QStringLiteral("QInt8Storage"), 1},         {QStringLiteral("QUInt8Storage"), 1},
        {QStringLiteral("QInt32Storage"), 4},        {QStringLiteral("ComplexFloatStorage"), 8},
        {QStringLiteral("ComplexDoubleStorage"), 16}};
    return sizes.value(storage, 0);
}

/** Python names that are values or functions of PyTorch's reader; all others are classes. */
bool isKnown(const Global &global)
{
    static const QSet<QString> known{QStringLiteral("torch._utils._rebuild_tensor_v2"),
                                     QStringLiteral("torch._utils._rebuild_qtensor"),
                                     QStringLiteral("torch.jit._pickle.build_intlist"),
                                     QStringLiteral("torch.jit._pickle.build_tensorlist"),
                                     QStringLiteral("torch.jit._pickle.build_doublelist"),
                                     QStringLiteral("torch.jit._pickle.build_boollist"),
                                     QStringLiteral("torch.jit._pickle.restore_type_tag"),
                                     QStringLiteral("collections.OrderedDict"),
                                     QStringLiteral("builtins.complex"),
                                     QStringLiteral("torch.device"),
                                     QStringLiteral("torch.per_tensor_affine"),
                                     QStringLiteral("torch.per_channel_affine"),
                                     QStringLiteral("torch.per_channel_affine_float_qparams"),
                                     QStringLiteral("torch.per_tensor_symmetric"),
                                     QStringLiteral("torch.per_channel_symmetric")};
    return known.contains(global.whole()) || global.module.startsWith(QLatin1String("__torch__")) ||
           (global.module == QLatin1String("torch") && elementSize(global.name) > 0);
}

class Reader
{
public:
    Reader(const QByteArray &bytes, const std::function<qint64(const QString &)> &recordSize)
        : m_bytes(bytes)
        , m_recordSize(recordSize)
    {
    }

    void run()
    {
        if (number<quint8>() != 0x80 || number<quint8>() != 2)
            fail(QStringLiteral("it is no pickle of protocol 2"));
        while (step(number<quint8>())) {
        }
        if (m_stack.size() != 1)
            fail(QStringLiteral("its pickle does not end in one value"));
    }

private:
    template <class T>
    T number()
    {
        return qFromLittleEndian<T>(take(sizeof(T)));
    }

    const char *take(size_t count)
    {
        if (static_cast<size_t>(m_bytes.size() - m_at) < count)
            fail(QStringLiteral("its pickle is cut off"));
        const char *from = m_bytes.constData() + m_at;
        m_at += static_cast<qsizetype>(count);
        return from;
    }

    QString line()
    {
        const qsizetype end = m_bytes.indexOf('\n', m_at);
        if (end < 0)
            fail(QStringLiteral("its pickle is cut off"));
        const QString text = QString::fromUtf8(m_bytes.mid(m_at, end - m_at));
        m_at = end + 1;
        return text;
    }

    void push(Item item) { m_stack.push_back(std::move(item)); }

    Item pop()
    {
        // What stands below the last mark belongs to somebody else.
        if (m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back()))
            fail(QStringLiteral("its pickle takes more values than it has"));
        Item item = std::move(m_stack.back());
        m_stack.pop_back();
        return item;
    }

    /** The values behind the last mark. */
    Items popMarked()
    {
        if (m_marks.empty())
            fail(QStringLiteral("its pickle takes more values than it has"));
        const auto from = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        Items items(std::make_move_iterator(from), std::make_move_iterator(m_stack.end()));
        m_stack.erase(from, m_stack.end());
        m_marks.pop_back();
        return items;
    }

    void needOne()
    {
        if (m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back()))
            fail(QStringLiteral("its pickle takes more values than it has"));
    }

    static int depthOf(const Items &items)
    {
        int depth = 0;
        for (const Item &item : items)
            depth = std::max(depth, item.depth ? *item.depth : 0);
        if (depth >= deepest)
            fail(QStringLiteral("its objects lie more than %1 deep in one another").arg(deepest));
        return depth + 1;
    }

    void pushTuple(Items items)
    {
        auto depth = std::make_shared<int>(depthOf(items));
        push({std::make_shared<Items>(std::move(items)), std::move(depth)});
    }

    void pushContainer(const Items &items = {})
    {
        push({Other{}, std::make_shared<int>(depthOf(items))});
    }

    /** Puts @p items into the list or dictionary on top. */
    void fill(const Items &items)
    {
        needOne();
        Item &container = m_stack.back();
        if (!container.depth || !container.as<Other>() || container.filled)
            fail(QStringLiteral("its pickle changes a value that was complete"));
        *container.depth = std::max(*container.depth, depthOf(items));
    }

    void pushTupleOf(int count)
    {
        Items items(static_cast<size_t>(count));
        for (int i = count; i-- > 0;)
            items[static_cast<size_t>(i)] = pop();
        pushTuple(std::move(items));
    }

    void keep(size_t place)
    {
        needOne();
        // Numbered in order by every writer: others would only make the reader's table large.
        if (place > m_memo.size())
            fail(QStringLiteral("its pickle numbers its values wildly"));
        if (place == m_memo.size())
            m_memo.push_back(m_stack.back());
        else
            m_memo[place] = m_stack.back();
    }

    void fetch(size_t place)
    {
        if (place >= m_memo.size())
            fail(QStringLiteral("its pickle asks for a value that it has not kept"));
        push(m_memo[place]);
        m_stack.back().filled = true;
    }

    bool step(quint8 instruction)
    {
        switch (instruction) {
        case '.':
            return false;
        case '(':
            m_marks.push_back(m_stack.size());
            break;
        case ']': // list
        case '}': // dictionary
            pushContainer();
            break;
        case 'N':
        case 0x88: // True, False
        case 0x89:
            push({});
            break;
        case ')':
            pushTuple({});
            break;
        case 'K':
            push({qint64(number<quint8>())});
            break;
        case 'M':
            push({qint64(number<quint16>())});
            break;
        case 'J':
            push({qint64(number<qint32>())});
            break;
        case 0x8a:
            if (number<quint8>() != 8)
                fail(QStringLiteral("its pickle holds a number of unusual length"));
            push({number<qint64>()});
            break;
        case 'G':
            take(8);
            push({});
            break;
        case 'X': {
            const auto length = number<quint32>();
            push({QString::fromUtf8(take(length), static_cast<qsizetype>(length))});
            break;
        }
        case 't':
            pushTuple(popMarked());
            break;
        case 0x85:
            pushTupleOf(1);
            break;
        case 0x86:
            pushTupleOf(2);
            break;
        case 0x87:
            pushTupleOf(3);
            break;
        case 'e':
            fill(popMarked());
            break;
        case 'l':
            pushContainer(popMarked());
            break;
        case 'd':
        case 'u': {
            const Items items = popMarked();
            if (items.size() % 2 != 0)
                fail(QStringLiteral("its pickle has a key without a value"));
            if (instruction == 'd')
                pushContainer(items);
            else
                fill(items);
            break;
        }
        case 's': {
            const Items items{pop(), pop()};
            fill(items);
            break;
        }
        case 'q':
            keep(number<quint8>());
            break;
        case 'r':
            keep(number<quint32>());
            break;
        case 'h':
            fetch(number<quint8>());
            break;
        case 'j':
            fetch(number<quint32>());
            break;
        case 'c':
            global();
            break;
        case 0x81: // a new object of a class: its state follows
            pop();
            needOne();
            break;
        case 'R':
        case 'b':
            call();
            break;
        case 'Q':
            storage();
            break;
        default:
            fail(QStringLiteral("its pickle has the instruction %1, which such files do not have")
                     .arg(instruction));
        }
        return true;
    }

    void global()
    {
        Global global;
        global.module = line();
        global.name = line();
        if (!isKnown(global))
            fail(QStringLiteral("its pickle names %1, which such files do not hold")
                     .arg(global.whole()));
        push({global});
    }

    void call()
    {
        const Item arguments = pop();
        const Item callee = pop();
        const auto *function = callee.as<Global>();
        if (!function)
            fail(QStringLiteral("its pickle calls what is no function"));
        if (function->module == QLatin1String("torch._utils"))
            tensor(arguments);
        else
            pushContainer({arguments});
    }

    /** ('storage', class, key, device, elements) */
    void storage()
    {
        const Item description = pop();
        const Items *parts = description.tuple();
        if (!parts || parts->size() < 5)
            fail(QStringLiteral("a storage in it is not described"));
        const auto *type = parts->at(1).as<Global>();
        const auto *key = parts->at(2).as<QString>();
        const auto *elements = parts->at(4).as<qint64>();
        const qint64 size =
            type && type->module == QLatin1String("torch") ? elementSize(type->name) : 0;
        if (size == 0 || !key || !elements || *elements < 0)
            fail(QStringLiteral("a storage in it is not described"));
        const qint64 bytes = m_recordSize(*key);
        if (*elements > 0 && (bytes < 0 || *elements > bytes / size))
            fail(QStringLiteral("the storage \"%1\" says that it has %2 elements, its record has "
                                "%3 bytes")
                     .arg(*key)
                     .arg(*elements)
                     .arg(std::max(qint64(0), bytes)));
        push({Storage{*elements}});
    }

    static std::vector<qint64> numbers(const Item &item)
    {
        std::vector<qint64> result;
        if (const Items *parts = item.tuple()) {
            for (const Item &part : *parts) {
                const auto *value = part.as<qint64>();
                if (!value || *value < 0)
                    fail(QStringLiteral("a tensor in it has no usable sizes"));
                result.push_back(*value);
            }
            return result;
        }
        fail(QStringLiteral("a tensor in it has no usable sizes"));
    }

    /** (storage, offset, sizes, strides, ...); a stride of 0 repeats an element. */
    void tensor(const Item &arguments)
    {
        const Items *parts = arguments.tuple();
        const auto *storage = parts && parts->size() >= 6 ? parts->at(0).as<Storage>() : nullptr;
        const auto *offset = storage ? parts->at(1).as<qint64>() : nullptr;
        if (!offset || *offset < 0)
            fail(QStringLiteral("a tensor in it is not described"));
        const std::vector<qint64> sizes = numbers(parts->at(2));
        const std::vector<qint64> strides = numbers(parts->at(3));
        if (sizes.size() != strides.size())
            fail(QStringLiteral("a tensor in it has no usable sizes"));
        qint64 last = *offset;
        qint64 count = 1;
        bool empty = false;
        bool fits = true;
        for (size_t i = 0; i < sizes.size(); ++i) {
            qint64 reach = 0;
            empty = empty || sizes[i] == 0;
            fits = fits && !qMulOverflow(count, std::max<qint64>(1, sizes[i]), &count) &&
                   !qMulOverflow(std::max<qint64>(0, sizes[i] - 1), strides[i], &reach) &&
                   !qAddOverflow(last, reach, &last);
        }
        if (!fits || (!empty && last >= storage->elements))
            fail(QStringLiteral("a tensor in it reaches outside its storage of %1 elements")
                     .arg(storage->elements));
        push({Tensor{}});
    }

    const QByteArray &m_bytes;
    const std::function<qint64(const QString &)> &m_recordSize;
    qsizetype m_at = 0;
    std::vector<Item> m_stack;
    std::vector<size_t> m_marks;
    std::vector<Item> m_memo;
};

} // namespace

std::optional<QString> problemOfPickle(const QByteArray &pickle,
                                       const std::function<qint64(const QString &)> &recordSize)
{
    try {
        Reader(pickle, recordSize).run();
    } catch (const Problem &problem) {
        return problem.what;
    }
    return std::nullopt;
}

} // namespace birblens
