// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/framedelegate.h"
#include "ui/labeltext.h"

#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/models/framelistmodel.h"
#include "ui/theme.h"
#include "ui/views/paint.h"

#include <QImage>
#include <QLocale>
#include <QPainter>

namespace birblens {

namespace {

constexpr int kPadding = kUnit;
constexpr int kThumb = 112;

/** A few words on the lower edge of the thumbnail. */
void drawChip(QPainter *painter, const QStyleOptionViewItem &option, const QRectF &place,
              const QString &text)
{
    const double width = option.fontMetrics.horizontalAdvance(text) + kUnit;
    const QRectF chip(place.center().x() - width / 2,
                      place.bottom() - option.fontMetrics.height() - 2, width,
                      option.fontMetrics.height() + 2);
    painter->setPen(Qt::NoPen);
    painter->setBrush(QColor(0, 0, 0, 170));
    painter->drawRoundedRect(chip, 4, 4);
    painter->setPen(Qt::white);
    painter->drawText(chip, Qt::AlignCenter, text);
}

/** How many frames share the cell, over how long. */
QString visitText(int count, double seconds, bool open)
{
    const QLocale locale;
    const QString time =
        seconds < 90.0 ? FrameDelegate::tr("%1 s").arg(locale.toString(qRound(seconds)))
                       : FrameDelegate::tr("%1 min").arg(locale.toString(qRound(seconds / 60)));
    return QStringLiteral("%1 %2 \u00b7 %3")
        .arg(QChar(open ? u'\u25be' : u'\u25b8'))
        .arg(locale.toString(count), time);
}

} // namespace

FrameDelegate::FrameDelegate(ReviewSession &session, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_session(session)
{
}

QSize FrameDelegate::cellSize(const QFont &font)
{
    const int line = QFontMetrics(font).height();
    return {kThumb + kPadding, kThumb + 2 * line + 3 * kPadding};
}

QSize FrameDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return cellSize(option.font);
}

void FrameDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    const ThemeColors &colors = themeColors();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool current = option.state.testFlag(QStyle::State_HasFocus);
    const QRectF cell = QRectF(option.rect).adjusted(2, 2, -2, -2);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (selected || current || option.state.testFlag(QStyle::State_MouseOver)) {
        QColor fill = selected ? colors.accent : colors.faint;
        fill.setAlphaF(selected ? (isDarkTheme() ? 0.30F : 0.18F) : 0.10F);
        painter->setBrush(fill);
        painter->setPen(current ? QPen(colors.accent, 2) : QPen(Qt::NoPen));
        painter->drawRoundedRect(cell.adjusted(1, 1, -1, -1), 4, 4);
    }

    const int line = option.fontMetrics.height();
    const QRectF inner =
        cell.adjusted(kPadding - 2, kPadding - 4, -(kPadding - 2), -(kPadding - 4));
    const QRectF top(inner.left(), inner.top(), inner.width(), line);
    const QRectF bottom(inner.left(), inner.bottom() - line, inner.width(), line);
    const QRectF middle(inner.left(), top.bottom() + kPadding / 2.0, inner.width(),
                        bottom.top() - top.bottom() - kPadding);

    painter->setFont(option.font);
    painter->setPen(option.palette.color(QPalette::Text));
    const QString time = index.data(Qt::DisplayRole).toString();
    drawTabular(painter,
                QRectF(top.left(), top.top(), tabularWidth(option.font, time), top.height()), time);
    if (index.data(FrameListModel::UncertainTimeRole).toBool())
        drawUncertainTime(painter,
                          QRectF(top.left() + tabularWidth(option.font, time) + kUnit / 2.0,
                                 top.center().y() - 6.5, 13, 13));
    const auto badge = static_cast<Badge>(index.data(FrameListModel::BadgeRole).toInt());
    drawBadge(painter, QRectF(top.right() - 15, top.center().y() - 7.5, 15, 15), badge);
    if (index.data(FrameListModel::FlagRole).toBool())
        icon(QStringLiteral("flag"))
            .paint(painter, QRect(static_cast<int>(top.right()) - 34,
                                  static_cast<int>(top.center().y()) - 8, 16, 16));

    const QImage thumb = index.data(FrameListModel::ThumbnailRole).value<QImage>();
    if (!thumb.isNull()) {
        QSizeF size = QSizeF(thumb.size()).scaled(middle.size(), Qt::KeepAspectRatio);
        const QRectF place(middle.center().x() - size.width() / 2,
                           middle.center().y() - size.height() / 2, size.width(), size.height());
        painter->setRenderHint(QPainter::SmoothPixmapTransform);
        painter->drawImage(place, thumb);
    } else {
        QColor empty = colors.line;
        empty.setAlphaF(0.5F);
        painter->setPen(Qt::NoPen);
        painter->setBrush(empty);
        painter->drawRoundedRect(middle.adjusted(8, 0, -8, 0), 3, 3);
        if (badge == Badge::Gone || badge == Badge::Unreadable) {
            painter->setPen(colors.faint);
            painter->drawText(middle, Qt::AlignCenter, badgeText(badge));
        }
    }

    if (const int count = index.data(FrameListModel::VisitCountRole).toInt(); count > 1)
        drawChip(painter, option, middle,
                 visitText(count, index.data(FrameListModel::VisitSecondsRole).toDouble(),
                           index.data(FrameListModel::VisitOpenRole).toBool()));
    if (const QVariant similarity = index.data(FrameListModel::SimilarityRole);
        similarity.isValid())
        drawChip(
            painter, option, middle,
            QStringLiteral("\u2248 %1").arg(QLocale().toString(similarity.toDouble(), 'f', 2)));

    const QStringList labels = index.data(FrameListModel::LabelsRole).toStringList();
    const QString truth = index.data(FrameListModel::TrueLabelRole).toString();
    const double probability = index.data(FrameListModel::ProbabilityRole).toDouble();
    const bool known = index.data(FrameListModel::KnownRole).toBool();
    const QColor text = option.palette.color(QPalette::Text);
    QRectF words = bottom;
    if (badge == Badge::Corrected && !truth.isEmpty()) {
        painter->setPen(text);
        const QString change = QStringLiteral("%1 \u2192 %2").arg(labelsInWords(labels), truth);
        // The new label is what counts: the old one gives way first.
        painter->drawText(
            words, Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(change, Qt::ElideLeft, static_cast<int>(words.width())));
    } else if (known) {
        if (probability >= 0.0) {
            const QString number = QLocale().toString(probability, 'f', 2);
            painter->setPen(colors.faint);
            drawTabular(painter, words, number);
            words.setRight(words.right() - tabularWidth(option.font, number) - kUnit / 2.0);
        }
        const QStringList vocabulary = m_session.vocabulary();
        drawSwatch(painter, QRectF(words.left(), words.center().y() - 4, 8, 8),
                   classColor(vocabulary, labels.value(0)));
        words.setLeft(words.left() + 12);
        painter->setPen(labels.isEmpty() ? colors.faint : text);
        painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(labelsInWords(labels), Qt::ElideRight,
                                                        static_cast<int>(words.width())));
    }
    painter->restore();
}

} // namespace birblens
