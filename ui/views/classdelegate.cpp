// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/classdelegate.h"

#include "ui/models/classlistmodel.h"
#include "ui/theme.h"
#include "ui/views/paint.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace birblens {

ClassDelegate::ClassDelegate(QObject *parent)
    : QStyledItemDelegate(parent)
{
}

QSize ClassDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {160, std::max(3 * kUnit, option.fontMetrics.height() + kUnit)};
}

void ClassDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    const ThemeColors &colors = themeColors();
    const QRectF row = option.rect;
    const bool target = index.data(ClassListModel::TargetRole).toBool();
    const bool predicted = index.data(ClassListModel::PredictedRole).toBool();
    const double probability = index.data(ClassListModel::ProbabilityRole).toDouble();
    const double threshold = index.data(ClassListModel::ThresholdRole).toDouble();
    const QColor color = index.data(ClassListModel::ColorRole).value<QColor>();

    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus);
    if (target || option.state.testFlag(QStyle::State_MouseOver)) {
        QColor fill = target ? colors.accent : colors.faint;
        fill.setAlphaF(target ? (isDarkTheme() ? 0.26F : 0.13F) : 0.10F);
        painter->fillRect(row, fill);
    }
    if (target)
        painter->fillRect(QRectF(row.left(), row.top(), 3, row.height()), colors.accent);
    if (focused) {
        painter->setPen(QPen(colors.accent, 1, Qt::DotLine));
        painter->drawRect(row.adjusted(0.5, 0.5, -0.5, -0.5));
    }

    QFont font = option.font;
    font.setBold(predicted);
    painter->setFont(font);
    const QFontMetrics metrics(font);
    const QString number =
        probability < 0.0 ? QStringLiteral("\u2013") : QLocale().toString(probability, 'f', 2);
    const qreal numberWidth = tabularWidth(font, QLocale().toString(0.0, 'f', 2));
    const qreal left = row.left() + kUnit;
    const qreal right = row.right() - kUnit;
    const qreal nameWidth = std::max(64.0, (right - left) * m_nameShare);

    drawSwatch(painter, QRectF(left, row.center().y() - 5, 10, 10), color);
    const QRectF name(left + 2 * kUnit, row.top(), nameWidth - 2 * kUnit, row.height());
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle,
                                         static_cast<int>(name.width())));
    painter->setPen(probability < 0.0 ? colors.faint : option.palette.color(QPalette::Text));
    drawTabular(painter, QRectF(right - numberWidth, row.top(), numberWidth, row.height()), number);

    const QRectF bar(name.right() + kUnit, row.center().y() - 5,
                     right - numberWidth - kUnit - name.right() - kUnit, 10);
    if (bar.width() > 16) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->fillRect(bar, colors.line);
        if (probability > 0.0)
            painter->fillRect(QRectF(bar.left(), bar.top(),
                                     std::max(1.0, bar.width() * probability), bar.height()),
                              color);
        if (threshold >= 0.0) {
            const qreal x = std::round(bar.left() + bar.width() * threshold);
            painter->fillRect(QRectF(x - 1, bar.top() - 3, 2, bar.height() + 6),
                              option.palette.color(QPalette::Text));
        }
    }
    painter->restore();
}

} // namespace birblens
