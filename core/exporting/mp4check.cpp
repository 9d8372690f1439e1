#include "core/exporting/mp4check.h"

#include <QByteArrayView>
#include <QtEndian>

#include <optional>

namespace birblens {

namespace {

constexpr qsizetype header = 8; ///< size and type of a box

quint32 number(QByteArrayView bytes, qsizetype at)
{
    return qFromBigEndian<quint32>(bytes.data() + at);
}

/** What is inside the first box of that type; nothing without one, or where the boxes do not fit.
 */
std::optional<QByteArrayView> inside(QByteArrayView boxes, const char *type)
{
    std::optional<QByteArrayView> found;
    while (!boxes.isEmpty()) {
        if (boxes.size() < header)
            return std::nullopt;
        quint64 size = number(boxes, 0);
        qsizetype start = header;
        if (size == 1 && boxes.size() >= header + 8) { // 64 bits follow the type
            size = qFromBigEndian<quint64>(boxes.data() + header);
            start += 8;
        }
        // A size of 0 means "to the end": our writer puts it there until it is done.
        if (size < quint64(start) || size > quint64(boxes.size()))
            return std::nullopt;
        if (!found && boxes.sliced(4, 4) == QByteArrayView(type, 4))
            found = boxes.sliced(start, qsizetype(size) - start);
        boxes = boxes.sliced(qsizetype(size));
    }
    return found;
}

} // namespace

int mp4Pictures(const QByteArray &file)
{
    const auto pictures = inside(file, "mdat");
    std::optional<QByteArrayView> table = inside(file, "moov");
    for (const char *type : {"trak", "mdia", "minf", "stbl", "stsz"}) {
        if (table)
            table = inside(*table, type);
    }
    // Version and flags, a size for all or 0, how many, then a size each.
    if (!pictures || !table || table->size() < 12)
        return 0;
    const quint32 sizeOfAll = number(*table, 4);
    const quint32 count = number(*table, 8);
    if (sizeOfAll == 0 && table->size() < 12 + qsizetype(count) * 4)
        return 0;
    quint64 bytes = quint64(sizeOfAll) * count;
    for (quint32 i = 0; sizeOfAll == 0 && i < count; ++i)
        bytes += number(*table, 12 + qsizetype(i) * 4);
    return bytes <= quint64(pictures->size()) ? int(count) : 0;
}

} // namespace birblens
